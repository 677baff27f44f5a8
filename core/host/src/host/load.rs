use std::sync::{Arc, PoisonError};

use super::Inner;
use crate::{
    Digest, InstallError, Installed, Wanted,
    code::{self, Compiled, compiler::CompileError},
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

    /// The component of a resolved version, with its own digest: from the cache, or from the registry into the cache.
    pub(super) async fn fetch(
        &self,
        pull: &mut Pull<'_>,
        resolution: &Resolution,
        manifest: Option<bytes::Bytes>,
    ) -> Result<(Digest, Vec<u8>), InstallError> {
        let cached = self.store.read(&resolution.digest);
        let known = cached.as_deref().and_then(Pull::component_digest);
        if let Some((digest, wasm)) = known.and_then(|d| self.store.read(&d).map(|wasm| (d, wasm)))
        {
            return Ok((digest, wasm));
        }
        let manifest = match (manifest, cached) {
            (Some(manifest), _) => manifest,
            (None, Some(manifest)) => manifest.into(),
            (None, None) => pull.manifest_of(&resolution.digest).await?,
        };
        let wasm = pull.component(&manifest).await?;
        // The manifest last: where it is, its component is.
        let digest = Digest::of(&wasm);
        self.store.write(&digest, &wasm).map_err(cache_error)?;
        self.store
            .write(&resolution.digest, &manifest)
            .map_err(cache_error)?;
        Ok((digest, wasm.into()))
    }

    pub(super) async fn load(
        &self,
        component: Digest,
        wasm: Vec<u8>,
        resolution: &Resolution,
    ) -> Result<Arc<Loaded>, InstallError> {
        let inspection = inspect(&wasm)?;
        let manifest = inspection.require_plugin()?.clone();
        let installed = Installed {
            digest: resolution.digest.clone(),
            version: manifest.version.clone(),
            interfaces: inspection.interfaces(),
            imports: inspection.imports.clone(),
            size_bytes: inspection.size_bytes,
            manifest,
            remembered: false,
            signed_by: Vec::new(),
        };
        let compiled = self.compile(&component, wasm).await?;
        Ok(Arc::new(Loaded {
            installed,
            component,
            compiled,
        }))
    }

    /// Compiles, or takes from the cache what was compiled before. What needed too much once is not tried again.
    async fn compile(&self, digest: &Digest, wasm: Vec<u8>) -> Result<Compiled, InstallError> {
        if let Some(error) = self.bomb(digest) {
            return Err(error);
        }
        // One at a time: it keeps a processor busy.
        let _turn = self.compiling.acquire().await;
        let (engine, cache, known) = (self.engine.clone(), self.code.clone(), digest.clone());
        let cached = blocking(move || cache.load(&engine, &known)).await?;
        let component = if let Some(component) = cached {
            component
        } else {
            let compiled = code::compile(&self.engine, &self.compiler, self.compile, wasm).await;
            let code = compiled.map_err(|error| self.note_bomb(digest, error))?;
            let (engine, cache, known) = (self.engine.clone(), self.code.clone(), digest.clone());
            blocking(move || code::load(&engine, Some(&cache), &known, code))
                .await?
                .map_err(InstallError::Compile)?
        };
        code::link(&self.linker, &component).map_err(InstallError::Compile)
    }

    fn bomb(&self, digest: &Digest) -> Option<InstallError> {
        self.bombs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(digest)
            .cloned()
    }

    fn note_bomb(&self, digest: &Digest, error: CompileError) -> InstallError {
        let error = match error {
            CompileError::Refused(text) => return InstallError::Compile(text),
            // Nothing says that the component was at fault.
            CompileError::Died(text) => return InstallError::CompilerDied(text),
            CompileError::Timeout(time) => InstallError::CompileTimeout(time),
            CompileError::Memory(bytes) => InstallError::CompileMemory(bytes),
            CompileError::Code(bytes) => InstallError::CodeSize(bytes),
        };
        self.bombs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(digest.clone(), error.clone());
        error
    }
}

/// Runs what blocks on a thread for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, InstallError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|panicked| InstallError::Compile(panicked.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
pub(super) fn cache_error(error: std::io::Error) -> InstallError {
    InstallError::Cache(error.to_string())
}
