//! What other languages' toolchains make becomes a plugin here: a core module of WASI preview 1 becomes a component,
//! and interfaces that a plugin cannot have, but that a language's runtime carries along, are closed inside the
//! component. Pure: bytes in, bytes out, besides reading the WIT files.

mod closed;
mod deny;
mod module;

use std::path::Path;

use wasmparser::{Encoding, Parser, Payload};

/// Why a file does not become a component. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForeignError {
    /// No WebAssembly.
    #[error("it is not WebAssembly; give the `.wasm` file that the language's toolchain made")]
    NotWasm,
    /// A core module does not say what its functions mean.
    #[error(
        "it is a core module and not a component; name the contract that it was built for with --wit FOLDER and --world NAME"
    )]
    WorldMissing,
    /// The WIT files cannot be used.
    #[error("the contract cannot be read: {0:#}")]
    Wit(anyhow::Error),
    /// The module does not fit the world.
    #[error(
        "the module does not become a component of this world: {0:#}; generate its bindings from the same WIT files and build it again"
    )]
    Module(anyhow::Error),
    /// The component cannot be read or composed.
    #[error("what it cannot have cannot be closed in it: {0:#}")]
    Close(anyhow::Error),
}

/// The contract that a core module was built for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World<'a> {
    /// Folder of WIT files.
    pub(crate) wit: &'a Path,
    /// Name of the world.
    pub(crate) name: &'a str,
}

/// A component without imports that no plugin can have.
///
/// # Errors
/// What is neither a module nor a component, or does not fit the contract.
pub(crate) fn component(wasm: Vec<u8>, world: Option<World<'_>>) -> Result<Vec<u8>, ForeignError> {
    let component = match (encoding(&wasm)?, world) {
        (Encoding::Component, _) => wasm,
        (Encoding::Module, Some(world)) => module::adapt(wasm, world)?,
        (Encoding::Module, None) => return Err(ForeignError::WorldMissing),
    };
    closed::close(component)
}

fn encoding(wasm: &[u8]) -> Result<Encoding, ForeignError> {
    match Parser::new(0).parse_all(wasm).next() {
        Some(Ok(Payload::Version { encoding, .. })) => Ok(encoding),
        _ => Err(ForeignError::NotWasm),
    }
}
