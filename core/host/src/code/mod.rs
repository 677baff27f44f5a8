//! From the bytes of a component to something that can be instantiated: Wasmtime's configuration, compilation within
//! bounds, and the cache of compiled code.

mod cache;
mod engine;
mod trusted;

use wasmtime::{
    Engine,
    component::{Component, InstancePre, Linker},
};

pub(crate) use cache::CodeCache;
pub(crate) use engine::engine;

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

/// Compiles, or takes from the cache what was compiled before. Blocks for as long as that takes.
pub(crate) fn compile(
    engine: &Engine,
    linker: &Linker<State>,
    cache: Option<&CodeCache>,
    wasm: &[u8],
) -> Result<Compiled, String> {
    let digest = Digest::of(wasm);
    let component = if let Some(component) = cache.and_then(|cache| cache.load(engine, &digest)) {
        component
    } else {
        let component = Component::from_binary(engine, wasm).map_err(|error| shorten(&error))?;
        // A cache that cannot be written costs time at the next start and nothing else.
        if let Some(Err(error)) = cache.map(|cache| cache.store(engine, &digest, &component)) {
            tracing::warn!(%error, %digest, "compiled plugin code is not cached");
        }
        component
    };
    engine::check_appetite(&component)?;
    let pre = linker
        .instantiate_pre(&component)
        .map_err(|error| shorten(&error))?;
    let manifest = guest_manifest::GuestIndices::new(&pre).map_err(|error| shorten(&error))?;
    Ok(Compiled {
        pre,
        manifest,
        exports: Exports::of(&component),
    })
}

/// The causes of an error, in one line.
fn shorten(error: &wasmtime::Error) -> String {
    let mut text = format!("{error:#}").replace('\n', " ");
    if let Some((end, _)) = text.char_indices().nth(500) {
        text.truncate(end);
    }
    text
}
