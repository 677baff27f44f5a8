//! The steps that bring the provider, the connector and the names to the spec.

use super::{
    Act, Call, Observed, connector,
    facts::{entry, is_foreign, is_obstructed, is_unverified, own_entry, target, wanted},
    hosts,
    known::{Known, UNCONNECTED},
    secret::{self, Step},
    teardown,
};
use crate::{
    cluster::Key,
    controllers::{
        moments::{LATER, SOON},
        outside::{until_retry, until_turn},
    },
    engine::{Finalizer, Notice, Plan},
};
use jiff::Timestamp;
use maquette_api::{Tunnel, condition, reason};

pub(super) fn plan(tunnel: &Tunnel, observed: &Observed, now: Timestamp) -> Plan<Call> {
    if tunnel.metadata.deletion_timestamp.is_some() {
        teardown::plan(tunnel, observed)
    } else {
        keep(tunnel, observed, now)
    }
}

fn keep(tunnel: &Tunnel, observed: &Observed, now: Timestamp) -> Plan<Call> {
    let mut plan = Plan {
        finalizer: Finalizer::held_by(&tunnel.metadata),
        again_in: Some(LATER),
        ..Plan::default()
    };
    let Ok(place) = &observed.place else {
        return plan;
    };
    if is_obstructed(observed) {
        return plan;
    }
    let turn = until_turn(&Key::of(&tunnel.metadata), place.interval, now);
    plan.again_in = Some(if is_unverified(observed) {
        until_retry(place.interval)
    } else {
        turn
    });
    let known = observed.known.as_deref();
    if known.is_some_and(Known::is_unconnected) {
        plan.again_in = plan.again_in.min(Some(UNCONNECTED));
    }
    let step = secret::step(
        tunnel,
        observed.secret.as_ref(),
        known.map(|known| known.secret.as_str()),
    );
    // Before there is a tunnel, there is nothing to rotate.
    let step = if step == Step::Begin && known.is_none() {
        Step::Keep
    } else {
        step
    };
    let own = Key::new(observed.namespace.clone(), observed.name.clone());
    plan.apply.extend(secret::desired(
        tunnel,
        &own,
        observed.secret.as_ref(),
        observed.candidate.as_ref(),
        step,
    ));
    if let Some(act) = next(tunnel, observed, step) {
        plan.notices.extend(repair(tunnel, observed, &act));
        plan.calls.push(Call {
            entry: own_entry(tunnel, observed),
            act,
        });
        plan.again_in = Some(SOON);
    }
    if let Some(known) = known
        && connector::check(tunnel, observed, &known.established.connector).is_ok()
    {
        plan.apply
            .extend(connector::desired(tunnel, observed, known));
    }
    let records = hosts::desired(tunnel, observed, &target(tunnel, observed));
    plan.delete = hosts::stale(tunnel, observed, &records);
    plan.apply.extend(records);
    plan
}

/// The one call that is due.
fn next(tunnel: &Tunnel, observed: &Observed, step: Step) -> Option<Act> {
    let id = entry(tunnel).and_then(|entry| entry.id.clone());
    let Some(known) = observed.known.as_deref() else {
        // The provider may have another secret than the one that is held now.
        return Some(match (step, id) {
            (Step::Make | Step::GoOn, Some(id)) => Act::Rotate { id },
            _ => Act::Ensure,
        });
    };
    let id = known.established.id.clone();
    let effective = observed
        .secret
        .as_ref()
        .map(|held| secret::digest(&held.effective()));
    let other_secret = effective.is_none_or(|effective| effective != known.secret);
    if matches!(step, Step::Make | Step::Begin | Step::GoOn) || other_secret {
        return Some(Act::Rotate { id });
    }
    let set = |expect: &str| {
        Some(Act::SetRoutes {
            id: id.clone(),
            expect: expect.to_owned(),
            routes: tunnel.spec.routes.clone(),
        })
    };
    match &observed.sight {
        Some(Ok(None)) => Some(Act::Ensure),
        Some(Ok(Some(seen))) if is_foreign(seen.owner.as_deref(), &observed.owner) => None,
        Some(Ok(Some(seen))) if !known.agrees(seen) || known.routes != wanted(tunnel) => {
            set(&seen.version)
        }
        None if known.routes != wanted(tunnel) => set(&known.established.version),
        _ => None,
    }
}

/// Something is changed although the spec did not: the tunnel was changed manually.
fn repair(tunnel: &Tunnel, observed: &Observed, act: &Act) -> Option<Notice> {
    let status = tunnel.status.as_ref()?;
    let was_right = status.observed_generation == tunnel.metadata.generation
        && condition::holds(&status.conditions, condition::READY);
    let known = observed.known.as_deref()?;
    let message = match act {
        Act::Ensure => format!(
            "the tunnel {} was removed manually at {} and is recreated",
            observed.name, tunnel.spec.provider
        ),
        Act::SetRoutes { .. } if known.routes == wanted(tunnel) => format!(
            "the routes of {} were changed manually at {} and are reverted",
            observed.name, tunnel.spec.provider
        ),
        _ => return None,
    };
    was_right.then_some(Notice {
        warning: false,
        reason: reason::DRIFT_REPAIRED,
        message,
    })
}
