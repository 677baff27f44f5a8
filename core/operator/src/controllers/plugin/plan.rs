//! Nothing is made for a Plugin; only the time of the next attempt is decided.

use super::{
    Observed,
    observe::Problem,
    status::{Fault, fault},
};
use crate::engine::Plan;
use std::{convert::Infallible, time::Duration};

/// A reference that the registry refuses may be pushed again under its name.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

pub(super) fn plan(observed: &Observed) -> Plan<Infallible> {
    let stalled = |problem: &Problem| fault(problem).0 == Fault::Permanent;
    Plan {
        again_in: observed
            .installed
            .as_ref()
            .err()
            .filter(|p| stalled(p))
            .map(|_| LOOK_AGAIN),
        ..Plan::default()
    }
}
