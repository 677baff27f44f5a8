//! The host: installs plugins (`load`) and binds them to providers (`bind`).

mod bind;
mod load;
mod trust;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rustls::ClientConfig;
use tokio::sync::Semaphore;
use wasmtime::{Engine, component::Linker};

use bind::Metered;

use crate::{
    Digest, InstallError, Installed, Settings, StartError, Verified, Wanted,
    account::Accounts,
    code::{
        self, CodeCache,
        compiler::{CompileCaps, Compiler},
    },
    egress::Tape,
    provider::Loaded,
    registry::{Client, Pull},
    sandbox::{self, Pool, State, Ticker},
    store::{Keeper, Resolution, Store},
    tls,
};

/// Installs plugins and binds them to providers. Cheap to clone; dropping the last clone ends its thread.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<State>,
    ticker: Arc<Ticker>,
    pool: Pool,
    tls: Arc<ClientConfig>,
    registry: Client,
    store: Store,
    code: Arc<CodeCache>,
    /// One compilation at a time: it keeps a processor busy.
    compiling: Semaphore,
    compiler: Compiler,
    compile: CompileCaps,
    plugins: RwLock<HashMap<Digest, Arc<Loaded>>>,
    /// Components whose compilation needs more than it may take, by their own digest.
    bombs: Mutex<HashMap<Digest, InstallError>>,
    meters: Mutex<BTreeMap<String, Metered>>,
    accounts: Arc<Accounts>,
    /// Keeps the cache within its size.
    keeper: Keeper,
    /// Who signed what, by the digest and what was required.
    verdicts: Mutex<HashMap<Digest, Vec<String>>>,
    tape: Option<Tape>,
}

impl Host {
    /// Makes the sandbox and opens the cache.
    ///
    /// # Errors
    /// The cache folder or the certificates cannot be used, or the machine cannot run the sandbox.
    pub fn new(settings: Settings) -> Result<Self, StartError> {
        let Settings {
            cache_dir,
            pull,
            plain_http_registries,
            extra_ca_pem,
            compiler,
            compile,
            cache_bytes,
            concurrency,
            tape,
        } = settings;
        let sandbox = |error: wasmtime::Error| StartError::Sandbox(format!("{error:#}"));
        let cache = |source| StartError::Cache {
            path: cache_dir.clone(),
            source,
        };
        let engine = code::engine(Pool::room(concurrency)).map_err(sandbox)?;
        let tls = tls::client_config(&extra_ca_pem).map_err(StartError::Certificates)?;
        let folder: &Path = &cache_dir;
        Ok(Self(Arc::new(Inner {
            linker: sandbox::linker(&engine).map_err(sandbox)?,
            ticker: Arc::new(
                Ticker::start(engine.clone())
                    .map_err(|error| StartError::Sandbox(error.to_string()))?,
            ),
            engine,
            pool: Pool::new(concurrency),
            registry: Client::new(tls.clone(), pull, plain_http_registries),
            tls,
            store: Store::open(folder).map_err(cache)?,
            code: Arc::new(CodeCache::open(&folder.join("code")).map_err(cache)?),
            compiling: Semaphore::new(1),
            compiler,
            compile,
            plugins: RwLock::default(),
            bombs: Mutex::default(),
            meters: Mutex::default(),
            accounts: Arc::default(),
            keeper: Keeper::new(folder, cache_bytes),
            verdicts: Mutex::default(),
            tape,
        })))
    }

    /// Resolves, pulls (or takes from the cache), verifies, reads and compiles a plugin.
    ///
    /// Doing it again costs a request to the registry at most. With the registry down, what was installed before is
    /// installed from the cache, also after a restart.
    ///
    /// # Errors
    /// It cannot be pulled, is not a plugin of this host, or cannot be compiled.
    pub async fn install(&self, wanted: &Wanted) -> Result<Installed, InstallError> {
        let inner = &*self.0;
        let mut pull = Pull::new(&inner.registry, wanted)?;
        let (resolution, manifest, remembered) = inner.resolve(&mut pull, wanted).await?;
        let signed_by = inner.trust(&mut pull, &resolution.digest, wanted).await?;
        if let Some(loaded) = self.loaded(&resolution.digest) {
            let installed = installed_as(&loaded.installed, &resolution, remembered, signed_by);
            return Ok(installed);
        }
        let (component, wasm) = inner.fetch(&mut pull, &resolution, manifest).await?;
        let loaded = inner.load(component, wasm, &resolution).await?;
        let installed = installed_as(&loaded.installed, &resolution, remembered, signed_by);
        self.keep(resolution.digest, loaded);
        self.tidy().await;
        Ok(installed)
    }

    fn keep(&self, digest: Digest, loaded: Arc<Loaded>) {
        let mut plugins = self
            .0
            .plugins
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        plugins.entry(digest).or_insert(loaded);
    }

    /// Removes what was not used for the longest time from a cache that has grown too large.
    async fn tidy(&self) {
        let host = self.clone();
        let tidying = tokio::task::spawn_blocking(move || {
            let plugins = host
                .0
                .plugins
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            let in_use = plugins
                .values()
                .flat_map(|loaded| [&loaded.installed.digest, &loaded.component])
                .map(|digest| digest.hex().to_owned())
                .collect();
            drop(plugins);
            host.0.keeper.tidy(&in_use);
        });
        if let Err(panicked) = tidying.await {
            tracing::error!(%panicked, "the plugin cache was not tidied");
        }
    }

    /// Resolves a version and says who signed it. Nothing of it is fetched but the manifest that a tag names.
    ///
    /// # Errors
    /// It cannot be resolved, or is not signed by who is required.
    pub async fn verify(&self, wanted: &Wanted) -> Result<Verified, InstallError> {
        let inner = &*self.0;
        let mut pull = Pull::new(&inner.registry, wanted)?;
        let (resolution, ..) = inner.resolve(&mut pull, wanted).await?;
        let signed_by = inner.trust(&mut pull, &resolution.digest, wanted).await?;
        Ok(Verified {
            digest: resolution.digest,
            tag: resolution.tag,
            signed_by,
        })
    }

    /// Drops a plugin from memory, as far as no provider still uses it. It stays in the cache.
    pub fn unload(&self, digest: &Digest) {
        self.0
            .plugins
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(digest);
    }

    fn loaded(&self, digest: &Digest) -> Option<Arc<Loaded>> {
        self.0
            .plugins
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(digest)
            .cloned()
    }
}

fn installed_as(
    installed: &Installed,
    resolution: &Resolution,
    remembered: bool,
    signed_by: Vec<String>,
) -> Installed {
    let version = resolution
        .tag
        .clone()
        .unwrap_or_else(|| installed.manifest.version.clone());
    Installed {
        version,
        remembered,
        signed_by,
        ..installed.clone()
    }
}
