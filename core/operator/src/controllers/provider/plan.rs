//! A Provider stays until nothing uses it any more, because what it keeps can be removed only through it.

use super::Observed;
use crate::{
    controllers::moments::LATER,
    engine::{Finalizer, Plan},
};
use maquette_api::{FINALIZER, Provider};
use std::convert::Infallible;

pub(super) fn plan(provider: &Provider, observed: &Observed) -> Plan<Infallible> {
    let held = provider
        .metadata
        .finalizers
        .iter()
        .flatten()
        .any(|f| f == FINALIZER);
    let finalizer = match (provider.metadata.deletion_timestamp.is_some(), held) {
        (false, false) => Finalizer::Add,
        (true, true) if observed.used_by.is_empty() => Finalizer::Remove,
        _ => Finalizer::Keep,
    };
    Plan {
        finalizer,
        // The grace of a problem ends.
        again_in: observed.bound.is_err().then_some(LATER),
        ..Plan::default()
    }
}
