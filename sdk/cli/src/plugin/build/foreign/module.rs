//! A core module of WASI preview 1 becomes a component.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{ForeignError, World};

/// The component of this module.
///
/// The adapter between the two WASI versions is the one for servers: its file functions answer "bad file descriptor"
/// by themselves, so the component does not even import a file system.
pub(super) fn adapt(mut module: Vec<u8>, world: World<'_>) -> Result<Vec<u8>, ForeignError> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(world.wit).map_err(ForeignError::Wit)?;
    let id = resolve
        .select_world(&[package], Some(world.name))
        .map_err(ForeignError::Wit)?;
    embed_component_metadata(&mut module, &resolve, id, StringEncoding::UTF8, false)
        .map_err(ForeignError::Module)?;
    encode(&module).map_err(ForeignError::Module)
}

fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER,
        )?
        .encode()
}
