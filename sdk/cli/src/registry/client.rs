//! Reads and writes artifacts.

use anyhow::{Context as _, bail, ensure};
use maquette_host::{Digest, Version};
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::OciImageManifest;

use super::artifact::{Artifact, CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE};
use super::stored::Stored;
use super::{Login, Target};
use crate::command::Registry;

/// Largest component that is read, in bytes; the operator's own limit.
const MAX_WASM: i64 = 32 << 20;

/// One repository in one registry.
pub(crate) struct Client {
    pub(super) oci: oci_client::Client,
    pub(super) login: Login,
    pub(super) target: Target,
}

/// What was read.
pub(crate) struct Pulled {
    pub(crate) wasm: Vec<u8>,
    pub(crate) digest: Digest,
}

impl Client {
    /// A client for the target's registry, with the login that is found for it.
    ///
    /// # Errors
    /// No usable login.
    pub(crate) fn new(target: Target, arguments: &Registry) -> anyhow::Result<Self> {
        let registry = target.repository.registry();
        let login = Login::find(arguments, registry)?;
        let protocol = if arguments.plain_http || is_loopback(registry) {
            ClientProtocol::HttpsExcept(vec![registry.to_owned()])
        } else {
            ClientProtocol::Https
        };
        let config = ClientConfig {
            protocol,
            platform_resolver: None,
            ..ClientConfig::default()
        };
        Ok(Self {
            oci: oci_client::Client::new(config),
            login,
            target,
        })
    }

    /// The digest that a tag points to; nothing where there is no such tag.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn resolve(&self, version: &Version) -> anyhow::Result<Option<Digest>> {
        match self
            .oci
            .fetch_manifest_digest(&self.target.at(version), &self.login.auth())
            .await
        {
            Ok(digest) => Ok(Some(digest.parse()?)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.explain(error)),
        }
    }

    /// Writes the artifact under a tag, the component first and the manifest last.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses, or stores something else than what it was given.
    pub(crate) async fn push(&self, artifact: &Artifact, version: &Version) -> anyhow::Result<()> {
        let reference = self.target.at(version);
        self.log_in_to_push(version).await?;
        for blob in [&artifact.wasm, &artifact.config] {
            self.put_blob(blob).await?;
        }
        let manifest = Stored::new(artifact.manifest.clone());
        self.put_manifest(version, &manifest).await?;
        let stored = self.resolve(version).await?;
        ensure!(
            stored.as_ref() == Some(&artifact.digest()),
            "the registry does not store what it was given: {reference} is {}, not {}; is a proxy in between?",
            stored.map_or_else(|| "absent".to_owned(), |digest| digest.to_string()),
            artifact.digest()
        );
        Ok(())
    }

    /// Reads an artifact. Its component is verified against its digest.
    ///
    /// # Errors
    /// It does not exist, is no WebAssembly artifact, is too large, or is not what its digest says.
    pub(crate) async fn pull(&self, version: &Version) -> anyhow::Result<Pulled> {
        let reference = self.target.at(version);
        let (document, digest) = self
            .oci
            .pull_manifest_raw(&reference, &self.login.auth(), &[MANIFEST_TYPE])
            .await
            .map_err(|error| self.explain(error))?;
        let manifest: OciImageManifest = serde_json::from_slice(&document)
            .with_context(|| format!("{reference} is not one artifact; it may be an index of several: name one by its digest"))?;
        let layer = match (
            manifest.config.media_type.as_str(),
            manifest.layers.as_slice(),
        ) {
            (CONFIG_TYPE, [layer]) if layer.media_type == LAYER_TYPE => layer,
            (CONFIG_TYPE, layers) => bail!(
                "{reference} has {} layers or one of another type; a plugin has one layer of {LAYER_TYPE}",
                layers.len()
            ),
            (other, _) => bail!(
                "{reference} is no WebAssembly artifact: its configuration is {other}; push one with `maquette plugin push`"
            ),
        };
        ensure!(
            (0..=MAX_WASM).contains(&layer.size),
            "the component in {reference} has {} bytes; {MAX_WASM} are accepted",
            layer.size
        );
        let mut wasm = Vec::new();
        self.oci
            .pull_blob(&reference, layer, &mut wasm)
            .await
            .map_err(|error| self.explain(error))?;
        ensure!(
            Digest::of(&wasm).to_string() == layer.digest,
            "the component in {reference} is not what its digest says; do not use it"
        );
        Ok(Pulled {
            wasm,
            digest: digest.parse()?,
        })
    }

    /// What the client says, with what to do.
    pub(super) fn explain(&self, error: OciDistributionError) -> anyhow::Error {
        let registry = self.target.repository.registry();
        let repository = &self.target.repository;
        let advice = match &error {
            OciDistributionError::AuthenticationFailure(_)
            | OciDistributionError::UnauthorizedError { .. } => {
                format!(
                    "{registry} does not accept the login; use `docker login {registry}`, or --username and --password-stdin"
                )
            }
            OciDistributionError::RequestError(_) => format!(
                "{registry} cannot be reached; check the name, and give --plain-http when it does not speak TLS"
            ),
            error if is_absent(error) => format!("{repository} has no such version"),
            _ => format!("{registry} refuses"),
        };
        anyhow::Error::new(error).context(advice)
    }
}

pub(super) fn is_absent(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::ImageManifestNotFoundError(_)
        | OciDistributionError::ServerError { code: 404, .. } => true,
        OciDistributionError::RegistryError { envelope, .. } => {
            envelope.errors.iter().any(|error| {
                use oci_client::errors::OciErrorCode::{ManifestUnknown, NameUnknown, NotFound};
                matches!(error.code, ManifestUnknown | NameUnknown | NotFound)
            })
        }
        _ => false,
    }
}

fn is_loopback(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_is_spoken_to_without_tls_by_itself() {
        for registry in [
            "127.0.0.1:5000",
            "localhost:5000",
            "[::1]:5000",
            "127.8.8.8",
        ] {
            assert!(is_loopback(registry), "{registry}");
        }
        for registry in [
            "registry.example.com",
            "localhost.example.com:5000",
            "10.0.0.1:5000",
            "127.0.0.1.example.com",
        ] {
            assert!(!is_loopback(registry), "{registry}");
        }
    }
}
