//! Everything down again: names, then routes, then the connector with its pods, then the tunnel, then the secrets; each
//! step only after the one before was seen to be done.

use super::{
    Act, Call, Observed,
    facts::{entry, is_abandoned, is_stateless, own_entry, standing_of},
};
use crate::{
    cluster::Kind,
    controllers::{moments::SOON, outside::Standing},
    engine::{Deletion, Finalizer, Plan},
};
use maquette_api::Tunnel;
use std::time::Duration;

/// How soon a provider that cannot be used is tried again without any event.
const LATER: Duration = Duration::from_secs(30);

/// What is left, in the order in which it goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Names.
    Records(Vec<Deletion>),
    /// Routes: nothing is let in any more.
    Routes(Act),
    /// What runs the connector, and its pods.
    Connector(Vec<Deletion>),
    /// The tunnel itself.
    Tunnel(Act),
    /// Secrets.
    Secrets(Vec<Deletion>),
    /// The provider cannot be asked.
    Blocked,
    /// Nothing is left.
    Done,
}

pub(super) fn plan(tunnel: &Tunnel, observed: &Observed) -> Plan<Call> {
    let mut plan = Plan::default();
    match step(tunnel, observed) {
        Step::Records(deletions) | Step::Connector(deletions) | Step::Secrets(deletions) => {
            plan.delete = deletions;
        }
        Step::Routes(act) | Step::Tunnel(act) => {
            plan.calls.push(Call {
                entry: own_entry(tunnel, observed),
                act,
            });
            plan.again_in = Some(SOON);
        }
        Step::Blocked => plan.again_in = observed.recalled.open_for.or(Some(LATER)),
        Step::Done => plan.finalizer = Finalizer::Remove,
    }
    plan
}

/// The step that is due.
pub(super) fn step(tunnel: &Tunnel, observed: &Observed) -> Step {
    if !observed.records.is_empty() {
        let records = observed.records.iter();
        return Step::Records(
            records
                .filter_map(|record| Deletion::of(Kind::DNSRecord, &record.metadata))
                .collect(),
        );
    }
    let left = match at_provider(tunnel, observed) {
        Ok(left) => left,
        Err(step) => return step,
    };
    if let Some(Left {
        id,
        routes_at: Some(version),
    }) = left
    {
        return Step::Routes(Act::SetRoutes {
            id: id.to_owned(),
            expect: version.to_owned(),
            routes: Vec::new(),
        });
    }
    if let Some(deployment) = &observed.deployment {
        let deletion = Deletion::of(Kind::Deployment, &deployment.metadata);
        // Its pods go first, so that what is under way ends before the tunnel does.
        let deletion = deletion.map(|deletion| Deletion {
            foreground: true,
            ..deletion
        });
        return Step::Connector(deletion.into_iter().collect());
    }
    if !observed.pods.is_empty() {
        return Step::Connector(Vec::new());
    }
    if let Some(left) = left {
        return Step::Tunnel(Act::Delete {
            id: left.id.to_owned(),
        });
    }
    if observed.secrets.is_empty() {
        return Step::Done;
    }
    let secrets = observed.secrets.iter().map(|(key, uid)| Deletion {
        kind: Kind::Secret,
        key: key.clone(),
        uid: uid.clone(),
        foreground: false,
    });
    Step::Secrets(secrets.collect())
}

/// What is left at the provider.
#[derive(Clone, Copy)]
struct Left<'a> {
    id: &'a str,
    /// Version of its routes, where it has any.
    routes_at: Option<&'a str>,
}

/// The part of the tunnel that is left at the provider, or that this is not known.
fn at_provider<'a>(tunnel: &'a Tunnel, observed: &'a Observed) -> Result<Option<Left<'a>>, Step> {
    let Some(entry) = entry(tunnel).filter(|_| !is_abandoned(tunnel, observed)) else {
        return Ok(None);
    };
    if let Some(id) = entry.id.as_deref().filter(|_| is_stateless(entry)) {
        let routes_at = None;
        return match &observed.place {
            Ok(_) => Ok(Some(Left { id, routes_at })),
            Err(_) => Err(Step::Blocked),
        };
    }
    match (standing_of(tunnel, observed), &observed.sight) {
        (Standing::Ours, Some(Ok(Some(seen)))) => Ok(Some(Left {
            id: &seen.id,
            routes_at: (!seen.routes.is_empty()).then_some(seen.version.as_str()),
        })),
        (Standing::Absent | Standing::Foreign(_), _) => Ok(None),
        _ => Err(Step::Blocked),
    }
}
