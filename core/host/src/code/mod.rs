//! From the bytes of a component to something that can be instantiated: Wasmtime's configuration, compilation within
//! bounds, and the cache of compiled code.

mod cache;
pub(crate) mod compiler;
mod engine;
mod trusted;

use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

pub(crate) use cache::CodeCache;
use compiler::{CompileCaps, CompileError, Compiler};
pub(crate) use engine::engine;
use trusted::{Key, MAC_BYTES};

use crate::{
    kinds::Exports,
    names::Digest,
    sandbox::{State, guest_manifest},
};

/// A compiled component, linked to the imports, with the places of its exports.
pub(crate) struct Compiled {
    pub(crate) pre: InstancePre<State>,
    pub(crate) manifest: guest_manifest::GuestIndices,
    pub(crate) exports: Exports,
}

/// Compiles a component in the way that is wanted.
pub(crate) async fn compile(
    engine: &Engine,
    compiler: &Compiler,
    caps: CompileCaps,
    wasm: Vec<u8>,
) -> Result<Sealable, CompileError> {
    let Compiler::Process { program, arguments } = compiler else {
        let engine = engine.clone();
        let task = tokio::task::spawn_blocking(move || {
            engine
                .precompile_component(&wasm)
                .map(|code| [vec![0; MAC_BYTES], code].concat())
                .map_err(|error| CompileError::Refused(shorten(&error)))
        });
        return match tokio::time::timeout(caps.timeout, task).await {
            Ok(Ok(code)) => code.map(Sealable),
            Ok(Err(panicked)) => Err(CompileError::Died(panicked.to_string())),
            Err(_elapsed) => Err(CompileError::Timeout(caps.timeout)),
        };
    };
    compiler::compile(program, arguments, caps, &wasm, MAC_BYTES)
        .await
        .map(Sealable)
}

/// Machine code of our compiler with room for the proof of that.
pub(crate) struct Sealable(Vec<u8>);

/// Loads what was just compiled, and keeps it in the cache where there is one. Blocks.
pub(crate) fn load(
    engine: &Engine,
    cache: Option<&CodeCache>,
    digest: &Digest,
    Sealable(mut code): Sealable,
) -> Result<Component, String> {
    let ours = "no authentication code can be made".to_owned();
    let fresh;
    let key = if let Some(cache) = cache {
        cache.key()
    } else {
        fresh = Key::random().ok_or_else(|| ours.clone())?;
        &fresh
    };
    key.seal(digest, &mut code).ok_or(ours)?;
    // A cache that cannot be written costs time at the next start and nothing else.
    if let Some(Err(error)) = cache.map(|cache| cache.store(digest, &code)) {
        tracing::warn!(%error, %digest, "compiled plugin code is not cached");
    }
    key.open(engine, digest, &code)
        .map_err(|why| format!("what was compiled of it cannot be loaded: {why}"))
}

/// Links a component to what plugins may import, and finds what it exports.
pub(crate) fn link(linker: &Linker<State>, component: &Component) -> Result<Compiled, String> {
    engine::check_appetite(component)?;
    let pre = linker
        .instantiate_pre(component)
        .map_err(|error| shorten(&error))?;
    let manifest = guest_manifest::GuestIndices::new(&pre).map_err(|error| shorten(&error))?;
    Ok(Compiled {
        pre,
        manifest,
        exports: Exports::of(component),
    })
}

/// The causes of an error, in one line.
pub(crate) fn shorten(error: &wasmtime::Error) -> String {
    let mut text = format!("{error:#}").replace('\n', " ");
    if let Some((end, _)) = text.char_indices().nth(500) {
        text.truncate(end);
    }
    text
}
