//! Nothing is created for a Plugin. Its finalizer, the events of its versions and the time of the next look are decided.

use super::{
    Observed,
    decide::{Step, decide},
    status::{Fault, fault, up_to_date},
};
use crate::{
    controllers::moments::LATER,
    engine::{Finalizer, Notice, Plan},
};
use maquette_api::{FINALIZER, Plugin, condition, reason};
use std::{convert::Infallible, time::Duration};

/// How often the registry is asked, where the spec does not say. A reference that the registry refuses may be pushed
/// again under its name, too.
const INTERVAL: Duration = Duration::from_mins(5);

pub(super) fn plan(plugin: &Plugin, observed: &Observed) -> Plan<Infallible> {
    let step = decide(plugin, observed);
    Plan {
        finalizer: finalizer(plugin, observed),
        notices: notice(plugin, observed, &step).into_iter().collect(),
        again_in: again_in(plugin, observed, &step),
        ..Plan::default()
    }
}

/// A Plugin stays as long as a Provider uses it.
fn finalizer(plugin: &Plugin, observed: &Observed) -> Finalizer {
    let meta = &plugin.metadata;
    let held = meta.finalizers.iter().flatten().any(|f| f == FINALIZER);
    let is_used = !observed.used_by.is_empty();
    match (meta.deletion_timestamp.is_some(), held) {
        (false, false) if is_used => Finalizer::Add,
        (true, true) if !is_used => Finalizer::Remove,
        _ => Finalizer::Keep,
    }
}

fn again_in(plugin: &Plugin, observed: &Observed, step: &Step) -> Option<Duration> {
    let follows = plugin.spec.version.is_some() && plugin.spec.rollback_to.is_none();
    if let Step::Failed(problem) = step
        && fault(problem).1 == reason::CREDENTIAL_MISSING
        && !observed.recalled.grace_over
    {
        return Some(LATER);
    }
    let waits_long = match step {
        Step::Failed(problem) => observed.running.is_some() || fault(problem).0 == Fault::Permanent,
        _ => follows,
    };
    let interval = plugin.spec.interval_seconds;
    waits_long.then(|| interval.map_or(INTERVAL, |seconds| Duration::from_secs(seconds.into())))
}

/// A version that is taken in place of another, and one that is not taken, are worth an event once.
fn notice(plugin: &Plugin, observed: &Observed, step: &Step) -> Option<Notice> {
    let status = plugin.status.as_ref()?;
    let running = status.version.as_ref()?;
    if let Step::Take(taken) = step {
        return Some(Notice {
            warning: false,
            reason: reason::UP_TO_DATE,
            message: format!(
                "version {} ({}) runs from now on, in place of {running}",
                taken.manifest.version, taken.digest
            ),
        });
    }
    let news = up_to_date(plugin, observed, step);
    let known = condition::find(&status.conditions, condition::UP_TO_DATE)
        .is_some_and(|known| known.reason == news.reason && known.message == news.message);
    let worth_it = !news.holds && news.reason != reason::ROLLED_BACK && !known;
    worth_it.then_some(Notice {
        warning: true,
        reason: news.reason,
        message: news.message,
    })
}
