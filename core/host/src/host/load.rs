use std::sync::{Arc, PoisonError};

use super::Inner;
use crate::{
    Digest, InstallError, Installed, Wanted,
    code::{self, Compiled},
    inspect::inspect,
    provider::Loaded,
    registry::Pull,
    store::Resolution,
};

impl Inner {
    /// What the wanted version stands for: asked of the registry, and while that is away what it last stood for. With it
    /// its manifest, where that had to be read, and whether it is remembered.
    pub(super) async fn resolve(
        &self,
        pull: &mut Pull<'_>,
        wanted: &Wanted,
    ) -> Result<(Resolution, Option<bytes::Bytes>, bool), InstallError> {
        match pull.resolve().await {
            Ok((resolution, manifest)) => {
                self.store
                    .remember(wanted, &resolution)
                    .map_err(cache_error)?;
                Ok((resolution, manifest, false))
            }
            Err(error) if error.passes() => {
                let resolution = self.store.recall(wanted).ok_or(error)?;
                Ok((resolution, None, true))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The component of a resolved version: from the cache, or from the registry into the cache.
    pub(super) async fn fetch(
        &self,
        pull: &mut Pull<'_>,
        resolution: &Resolution,
        manifest: Option<bytes::Bytes>,
    ) -> Result<Vec<u8>, InstallError> {
        let cached = self.store.read(&resolution.digest);
        if let Some(wasm) = cached
            .as_deref()
            .and_then(Pull::component_digest)
            .and_then(|d| self.store.read(&d))
        {
            return Ok(wasm);
        }
        let manifest = match (manifest, cached) {
            (Some(manifest), _) => manifest,
            (None, Some(manifest)) => manifest.into(),
            (None, None) => pull.manifest_of(&resolution.digest).await?,
        };
        let wasm = pull.component(&manifest).await?;
        // The manifest last: where it is, its component is.
        self.store
            .write(&Digest::of(&wasm), &wasm)
            .map_err(cache_error)?;
        self.store
            .write(&resolution.digest, &manifest)
            .map_err(cache_error)?;
        Ok(wasm.into())
    }

    pub(super) async fn load(
        &self,
        wasm: Vec<u8>,
        resolution: &Resolution,
    ) -> Result<Arc<Loaded>, InstallError> {
        let inspection = inspect(&wasm)?;
        let manifest = inspection.require_plugin()?.clone();
        let installed = Installed {
            digest: resolution.digest.clone(),
            version: manifest.version.clone(),
            interfaces: inspection.interfaces(),
            size_bytes: inspection.size_bytes,
            manifest,
            remembered: false,
            signed_by: Vec::new(),
        };
        let compiled = self.compile(wasm).await?;
        Ok(Arc::new(Loaded {
            installed,
            compiled,
        }))
    }

    /// Compiles on a thread of its own. A compilation that takes too long cannot be ended; it goes on alone, the next
    /// one waits for it, and the same component is not tried again.
    async fn compile(&self, wasm: Vec<u8>) -> Result<Compiled, InstallError> {
        let digest = Digest::of(&wasm);
        let late = InstallError::CompileTimeout(self.compile_timeout);
        if self
            .endless
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&digest)
        {
            return Err(late);
        }
        let compiling = async {
            let turn = self.compiling.clone().acquire_owned().await;
            let (engine, linker, cache) =
                (self.engine.clone(), self.linker.clone(), self.code.clone());
            let task = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                code::compile(&engine, &linker, Some(&cache), &wasm)
            });
            tokio::time::timeout(self.compile_timeout, task).await
        };
        match compiling.await {
            Ok(Ok(compiled)) => compiled.map_err(InstallError::Compile),
            Ok(Err(panicked)) => Err(InstallError::Compile(panicked.to_string())),
            Err(_elapsed) => {
                self.endless
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(digest);
                Err(late)
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
pub(super) fn cache_error(error: std::io::Error) -> InstallError {
    InstallError::Cache(error.to_string())
}
