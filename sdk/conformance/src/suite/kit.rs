//! The plugin in a host of its own.

use std::time::Duration;

use maquette_host::{Digest, Host, Manifest, Settings};

use crate::component::described;
use crate::offer::Offer;
use crate::setup::SetupError;
use crate::subject::Subject;

/// The longest that compiling may take. A test may be built without optimisation and share its machine with others: the
/// operator waits for a shorter time.
const COMPILING: Duration = Duration::from_mins(10);

/// A host with a plugin in it.
pub struct Kit {
    pub(super) host: Host,
    pub(super) digest: Digest,
    pub(crate) manifest: Manifest,
    interfaces: Vec<String>,
    pub(super) extra_ca_pem: Vec<u8>,
    _cache: tempfile::TempDir,
}

impl Kit {
    /// Loads the subject's component into a host of its own, as the operator does.
    ///
    /// # Errors
    /// It is no plugin, or this machine cannot run it.
    pub async fn load(subject: &Subject) -> Result<Self, SetupError> {
        let machine = |what| move |source| SetupError::Machine { what, source };
        let (wasm, _, manifest) = described(&subject.component).await?;
        let cache = tempfile::tempdir().map_err(machine("no temporary folder can be made"))?;
        let mut settings = Settings::new(subject.cache.as_deref().unwrap_or(cache.path()));
        settings.compile.timeout = COMPILING;
        settings.extra_ca_pem.clone_from(&subject.extra_ca_pem);
        let host = Host::new(settings)?;
        let offer = Offer::start(wasm)
            .await
            .map_err(machine("no port on 127.0.0.1 is free"))?;
        let installed = host.install(&offer.wanted()).await?;
        Ok(Self {
            host,
            digest: installed.digest,
            manifest,
            interfaces: installed.interfaces,
            extra_ca_pem: subject.extra_ca_pem.clone(),
            _cache: cache,
        })
    }

    /// Whether the plugin exports the interface of this name.
    pub(crate) fn exports(&self, interface: &str) -> bool {
        let start = format!("maquette:{interface}/{interface}@");
        self.interfaces.iter().any(|name| name.starts_with(&start))
    }
}
