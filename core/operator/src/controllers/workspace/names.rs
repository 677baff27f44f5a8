//! Names of the objects that are created for a workspace.

use crate::cluster::Key;
use maquette_api::{RecordType, Workspace};
use sha2::{Digest as _, Sha256};

/// Name of the objects that are created for a host: one route and one record set.
pub(super) fn of_host(workspace: &str, host: &str) -> String {
    let digest = Sha256::digest(host);
    format!(
        "{workspace}-{}",
        hex::encode(digest.get(..4).unwrap_or_default())
    )
}

/// Namespace and name of the route of a host.
pub(super) fn of_route(workspace: &Workspace, host: &str) -> Key {
    let key = Key::of(&workspace.metadata);
    let name = of_host(&key.name, host);
    Key::new(key.namespace, name)
}

/// Namespace and name of the record set of a host. A host with IPv4 and IPv6 addresses has two.
pub(super) fn of_record(workspace: &Workspace, host: &str, kind: RecordType) -> Key {
    let mut key = of_route(workspace, host);
    if kind == RecordType::Aaaa {
        key.name.push_str("-aaaa");
    }
    key
}

/// Namespace and name of the object of a component.
pub(super) fn of_component(workspace: &Workspace, component: &str) -> Key {
    let key = Key::of(&workspace.metadata);
    Key::new(key.namespace, format!("{}-{component}", key.name))
}

/// Namespace and name of the Tunnel at a Provider. A Tunnel stays at its Provider, so another one makes another Tunnel.
pub(super) fn of_tunnel(workspace: &Workspace, provider: &str) -> Key {
    of_route(workspace, provider)
}
