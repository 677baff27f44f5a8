//! Zones of a DNS provider. It keeps an owner with each record set, as the plugins' marks do.

use super::call::{Op, Portion, Reply};
use crate::world::World;
use maquette_host::{
    PluginError,
    dns::{Change, Observed, RecordSet, RecordType, Zone},
};
use std::collections::BTreeMap;

/// A DNS provider.
#[derive(Clone, Default)]
pub(crate) struct DnsServer {
    pub(crate) zones: BTreeMap<String, Records>,
    pub(crate) etags: u64,
}

/// Record sets of a zone.
pub(crate) type Records = BTreeMap<(String, RecordType), Held>;

/// A record set and its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) set: RecordSet,
    pub(crate) owner: Option<String>,
    pub(crate) etag: u64,
}

/// Shortest time to live that the provider keeps.
const SHORTEST_TTL: u32 = 30;
/// The first label of names that the provider refuses.
pub(crate) const REFUSED: &str = "refused";

/// As the provider keeps it.
pub(super) fn normal(set: &RecordSet) -> RecordSet {
    let mut normal = set.clone();
    normal.values.sort();
    normal.ttl = normal.ttl.max(SHORTEST_TTL);
    normal
}

pub(super) fn perform(
    world: &mut World,
    server: &str,
    op: &Op,
    portion: Portion,
) -> Result<Reply, PluginError> {
    let missing = |what: &str| PluginError::NotFound(format!("{what} does not exist"));
    let Some(held) = world.servers.dns.get(server) else {
        return Err(missing(server));
    };
    match op {
        Op::Zones => Ok(Reply::Zones(
            held.zones
                .keys()
                .map(|name| Zone {
                    name: name.clone(),
                    id: name.clone(),
                })
                .collect(),
        )),
        Op::Look { zone, names } => {
            let records = held.zones.get(zone).ok_or_else(|| missing(zone))?;
            let seen = records
                .iter()
                .filter(|((name, _), _)| names.contains(name))
                .map(|(_, held)| Observed {
                    records: held.set.clone(),
                    owner: held.owner.clone(),
                    etag: held.etag.to_string(),
                });
            Ok(Reply::Seen(seen.collect()))
        }
        Op::Apply { zone, changes } => {
            if !held.zones.contains_key(zone) {
                return Err(missing(zone));
            }
            let made = match portion {
                Portion::All => changes.len(),
                Portion::Half => changes.len() / 2,
            };
            let outcomes = changes.iter().take(made);
            let outcomes = outcomes.map(|change| make(world, server, zone, change));
            Ok(Reply::Outcomes(outcomes.collect()))
        }
        _ => Err(PluginError::Unsupported("it keeps record sets".to_owned())),
    }
}

fn make(
    world: &mut World,
    server: &str,
    zone: &str,
    change: &Change,
) -> Result<String, PluginError> {
    let Some(held) = world.servers.dns.get_mut(server) else {
        return Err(PluginError::NotFound(server.to_owned()));
    };
    let Some(records) = held.zones.get_mut(zone) else {
        return Err(PluginError::NotFound(zone.to_owned()));
    };
    let (name, kind, owner) = match change {
        Change::Create(creation) => (
            &creation.records.name,
            creation.records.kind,
            &creation.owner,
        ),
        Change::Replace(change) => (&change.records.name, change.records.kind, &change.owner),
        Change::Delete(deletion) => (&deletion.name, deletion.kind, &deletion.owner),
    };
    let key = (name.clone(), kind);
    let before = records.get(&key).cloned();
    if let Some(before) = &before
        && before.owner.as_ref() != Some(owner)
    {
        return Err(PluginError::Conflict(before.owner.clone()));
    }
    let after = match change {
        Change::Delete(_) => None,
        Change::Create(_) if before.is_some() => {
            // It is there already: an earlier attempt made it.
            return Ok(before.map(|held| held.etag.to_string()).unwrap_or_default());
        }
        Change::Replace(change)
            if before.as_ref().map(|held| held.etag.to_string()) != Some(change.expect.clone()) =>
        {
            return Err(PluginError::Conflict(None));
        }
        Change::Create(_) | Change::Replace(_) => {
            let set = match change {
                Change::Create(creation) => &creation.records,
                Change::Replace(change) => &change.records,
                Change::Delete(_) => return Ok(String::new()),
            };
            if name.starts_with(REFUSED) {
                return Err(PluginError::Invalid {
                    path: "name".to_owned(),
                    message: "the provider does not take this name".to_owned(),
                });
            }
            // An alias is all that a name has (RFC 1034, section 3.6.2).
            let alias = |other: &RecordType| [*other, kind].contains(&RecordType::Cname);
            if records
                .keys()
                .any(|(held, other)| held == name && *other != kind && alias(other))
            {
                return Err(PluginError::Conflict(None));
            }
            held.etags += 1;
            Some(Held {
                set: normal(set),
                owner: Some(owner.clone()),
                etag: held.etags,
            })
        }
    };
    match &after {
        Some(after) => drop(records.insert(key.clone(), after.clone())),
        None => drop(records.remove(&key)),
    }
    let etag = after.as_ref().map(|after| after.etag.to_string());
    crate::rules::record(world, server, zone, &key, before.as_ref(), after.as_ref());
    Ok(etag.unwrap_or_default())
}
