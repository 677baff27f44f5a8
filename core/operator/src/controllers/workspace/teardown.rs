//! The deletion of a workspace: names, then routes and the tunnel, then components in reverse order of their dependencies.
//! Each step begins after the objects of the one before are gone.

use super::{
    decision::{Decision, held, is_served},
    observe::Observed,
    parts::{self, Existing, PARTS, Part},
    spec::Spec,
};
use crate::{
    cluster::Key,
    engine::{Deletion, Finalizer},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    FINALIZER, Workspace,
    condition::{READY, Verdict, find},
    reason,
};

pub(super) fn decide(workspace: &Workspace, spec: Option<&Spec>, observed: &Observed) -> Decision {
    let due = due(spec, observed);
    let blocking = blocking(&due);
    let verdict = match blocking {
        None => Verdict::progressing(reason::TERMINATING, "nothing is left"),
        Some(object) => waits_for(object),
    };
    Decision {
        finalizer: if due.is_empty() {
            Finalizer::Remove
        } else {
            Finalizer::Keep
        },
        apply: Vec::new(),
        delete: due
            .iter()
            .filter_map(|object| Deletion::of(object.kind, object.meta))
            .collect(),
        awaits_own_status: false,
        hosts: held(workspace)
            .filter(|host| is_served(workspace, observed, host))
            .collect(),
        components: parts::unchanged(workspace, observed, reason::TERMINATING),
        urls: Vec::new(),
        verdict,
        is_invalid: false,
        blocked_since: blocking
            .and_then(|object| object.meta.deletion_timestamp.as_ref())
            .map(|since| since.0),
    }
}

/// The objects that are deleted now. Empty: nothing is left.
fn due<'a>(spec: Option<&Spec>, observed: &'a Observed) -> Vec<Existing<'a>> {
    let exists = |part: &&&dyn Part| !part.existing(observed).is_empty();
    let Some(rank) = PARTS.iter().filter(exists).map(|part| part.rank()).min() else {
        return Vec::new();
    };
    let parts = PARTS.iter().filter(|part| part.rank() == rank);
    parts
        .flat_map(|part| part.deletable(spec, observed))
        .collect()
}

/// The object to tell of: one that says why it is still there, else the first.
fn blocking<'o, 'a>(due: &'o [Existing<'a>]) -> Option<&'o Existing<'a>> {
    let says = |object: &&Existing<'_>| cause(object).is_some_and(is_problem);
    due.iter().find(says).or_else(|| due.first())
}

fn waits_for(object: &Existing<'_>) -> Verdict {
    let what = format!("{} {}", object.kind, Key::of(object.meta));
    if let Some(cause) = cause(object) {
        let message = format!("waits for {what}: {}", cause.message);
        let mut known = reason::ALL.iter();
        return match known.find(|known| **known == cause.reason) {
            Some(reason) if is_problem(cause) => Verdict::failing(reason, message),
            _ => Verdict::progressing(reason::TERMINATING, message),
        };
    }
    let finalizers = object.meta.finalizers.iter().flatten();
    let foreign: Vec<&str> = finalizers
        .map(String::as_str)
        .filter(|finalizer| *finalizer != FINALIZER)
        .collect();
    let why = if foreign.is_empty() {
        "it is being deleted".to_owned()
    } else {
        format!("its finalizers are not removed: {}", foreign.join(", "))
    };
    Verdict::progressing(reason::TERMINATING, format!("waits for {what}: {why}"))
}

/// Why the object is still there, as it says since its deletion began.
fn cause<'a>(object: &Existing<'a>) -> Option<&'a Condition> {
    object.meta.deletion_timestamp.as_ref()?;
    find(object.conditions, READY).filter(|ready| {
        ready.status != "True" && ready.observed_generation == object.meta.generation
    })
}

fn is_problem(cause: &Condition) -> bool {
    ![reason::PROGRESSING, reason::TERMINATING, reason::READY].contains(&cause.reason.as_str())
}
