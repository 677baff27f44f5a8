//! Tunnels of a provider that keeps their routes.

use super::call::{Op, Reply};
use crate::world::World;
use maquette_host::{
    PluginError,
    kinds::tunnel::{Connector, Established, Observed, Route, Source, Target, Variable},
};
use std::collections::BTreeMap;

/// A provider of tunnels.
#[derive(Clone, Default)]
pub(crate) struct TunnelServer {
    pub(crate) tunnels: BTreeMap<String, Held>,
    pub(crate) made: u64,
}

/// One tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) version: u64,
}

pub(super) fn perform(world: &mut World, server: &str, op: &Op) -> Result<Reply, PluginError> {
    let missing = |what: &str| PluginError::NotFound(format!("{what} does not exist"));
    let Some(held) = world.servers.tunnels.get_mut(server) else {
        return Err(missing(server));
    };
    match op {
        Op::Find { id } => Ok(Reply::Tunnel(
            held.tunnels.get(id).map(|held| seen(id, held)),
        )),
        Op::List { prefix } => {
            let owned = |held: &&Held| held.owner.as_deref().is_some_and(|o| o.starts_with(prefix));
            let tunnels = held.tunnels.iter().filter(|(_, held)| owned(held));
            Ok(Reply::Tunnels(
                tunnels.map(|(id, held)| seen(id, held)).collect(),
            ))
        }
        Op::Ensure { spec } => {
            if let Some((id, found)) = held.tunnels.iter().find(|(_, held)| held.name == spec.name)
            {
                if found.owner.as_ref() != Some(&spec.owner) {
                    return Err(PluginError::Conflict(found.owner.clone()));
                }
                return Ok(Reply::Established(established(id, found)));
            }
            if spec
                .routes
                .iter()
                .any(|route| route.hostname.starts_with(super::dns::REFUSED))
            {
                return Err(refused());
            }
            held.made += 1;
            let id = format!("t{}", held.made);
            let made = Held {
                name: spec.name.clone(),
                owner: Some(spec.owner.clone()),
                routes: spec.routes.clone(),
                version: 1,
            };
            held.tunnels.insert(id.clone(), made.clone());
            crate::rules::tunnel_made(world, server, spec);
            Ok(Reply::Established(established(&id, &made)))
        }
        Op::SetRoutes { id, spec, expect } => {
            let found = own(held.tunnels.get_mut(id), id, &spec.owner)?;
            if found.version.to_string() != *expect {
                return Err(PluginError::Conflict(None));
            }
            if spec
                .routes
                .iter()
                .any(|route| route.hostname.starts_with(super::dns::REFUSED))
            {
                return Err(refused());
            }
            if found.routes != spec.routes {
                found.routes.clone_from(&spec.routes);
                found.version += 1;
            }
            Ok(Reply::Established(established(id, found)))
        }
        Op::Rotate { id, spec } => {
            let found = own(held.tunnels.get_mut(id), id, &spec.owner)?;
            Ok(Reply::Established(established(id, found)))
        }
        Op::Delete { id, owner } => {
            match held.tunnels.get(id) {
                None => return Ok(Reply::Deleted),
                Some(found) if found.owner.as_ref() != Some(owner) => {
                    return Err(PluginError::Conflict(found.owner.clone()));
                }
                Some(_) => {}
            }
            if let Some(gone) = held.tunnels.remove(id) {
                crate::rules::tunnel_gone(world, &gone.name);
            }
            Ok(Reply::Deleted)
        }
        _ => Err(PluginError::Unsupported("it keeps tunnels".to_owned())),
    }
}

fn refused() -> PluginError {
    PluginError::Invalid {
        path: "routes".to_owned(),
        message: "the provider does not take this name".to_owned(),
    }
}

fn own<'a>(held: Option<&'a mut Held>, id: &str, owner: &str) -> Result<&'a mut Held, PluginError> {
    match held {
        None => Err(PluginError::NotFound(format!("{id} does not exist"))),
        Some(held) if held.owner.as_deref() != Some(owner) => {
            Err(PluginError::Conflict(held.owner.clone()))
        }
        Some(held) => Ok(held),
    }
}

fn seen(id: &str, held: &Held) -> Observed {
    Observed {
        id: id.to_owned(),
        name: held.name.clone(),
        owner: held.owner.clone(),
        routes: held.routes.clone(),
        version: held.version.to_string(),
        connections: None,
    }
}

fn established(id: &str, held: &Held) -> Established {
    Established {
        id: id.to_owned(),
        target: Target::Hostname(format!("{id}.tunnels.test")),
        version: held.version.to_string(),
        connector: Connector {
            image: "registry.test/connector:1".to_owned(),
            args: vec![id.to_owned()],
            env: vec![Variable {
                name: "SECRET".to_owned(),
                source: Source::Secret,
            }],
            files: Vec::new(),
            ready: None,
        },
    }
}
