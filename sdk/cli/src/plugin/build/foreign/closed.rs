//! Closes inside a component what plugins cannot have: its imports of files and sockets are given a component that
//! denies everything, and what comes out imports neither.

use anyhow::{Context as _, bail};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, World, WorldId, WorldItem, WorldKey};

use super::{ForeignError, deny};

/// Interfaces that the runtimes of languages import whether the program uses them or not. Every other import that a
/// plugin cannot have is left as it is, and the host refuses it by name.
const CLOSED: [&str; 2] = ["wasi:filesystem/", "wasi:sockets/"];

/// The component without imports of files and sockets; as it is, where it has none.
pub(super) fn close(component: Vec<u8>) -> Result<Vec<u8>, ForeignError> {
    let decoded = decode(&component).map_err(ForeignError::Close)?;
    let DecodedWasm::Component(mut resolve, world) = decoded else {
        return Err(ForeignError::NotWasm);
    };
    let Some(denial) = denial(&mut resolve, world) else {
        return Ok(component);
    };
    let denying = deny::component(&resolve, denial).map_err(ForeignError::Close)?;
    compose(component, denying).map_err(ForeignError::Close)
}

/// A world that exports what is closed and imports the rest of what the component imports; nothing where nothing is
/// to be closed.
fn denial(resolve: &mut Resolve, world: WorldId) -> Option<WorldId> {
    let World {
        imports, package, ..
    } = resolve.worlds.get(world)?.clone();
    let (closed, open): (Vec<_>, Vec<_>) = imports
        .into_iter()
        .filter(|(key, _)| matches!(key, WorldKey::Interface(_)))
        .partition(|(key, _)| is_closed(&resolve.name_world_key(key)));
    if closed.is_empty() {
        return None;
    }
    let wasi = |(key, _): &(WorldKey, WorldItem)| resolve.name_world_key(key).starts_with("wasi:");
    let imports = open.into_iter().filter(wasi).collect();
    Some(resolve.worlds.alloc(World {
        name: "denial".to_owned(),
        imports,
        exports: closed.into_iter().collect(),
        package,
        docs: wit_parser::Docs::default(),
        stability: wit_parser::Stability::default(),
        includes: Vec::new(),
        span: wit_parser::Span::default(),
    }))
}

fn is_closed(interface: &str) -> bool {
    CLOSED.iter().any(|package| interface.starts_with(package))
}

fn compose(component: Vec<u8>, denying: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let denying = Package::from_bytes("maquette:denial", None, denying, graph.types_mut())?;
    let denying = graph.register_package(denying)?;
    let plugin = Package::from_bytes("maquette:plugin", None, component, graph.types_mut())?;
    let plugin = graph.register_package(plugin)?;
    plug(&mut graph, vec![denying], plugin)?;
    let open = graph.imports().find(|(name, ..)| is_closed(name));
    if let Some((name, ..)) = open {
        bail!("{name} stays open");
    }
    graph
        .encode(EncodeOptions::default())
        .context("the parts do not fit")
}
