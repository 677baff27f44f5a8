//! What a kind has to say to be reconciled.

use super::plan::{Plan, Results};
use crate::cluster::{Cause, Key, Reads, Refusal, Typed};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{Resource, core::object::HasStatus};
use maquette_api::{condition::Verdict, reason};
use serde::Serialize;
use std::{fmt::Debug, future::Future, sync::Arc};

/// A kind's observe, plan and status.
///
/// `plan`, `intention` and `status` are pure: the same values give the same result, so any interleaving of crashes, stale caches
/// and faults can be tried on them. `observe` and `call` are the only places that wait for something.
pub trait Controller: Send + Sync + Sized + 'static {
    /// The kind itself.
    type Object: Resource<DynamicType = ()>
        + Typed
        + HasStatus<Status: Clone + PartialEq + Serialize + Send + Sync>
        + Clone
        + Debug;
    /// Everything the decision needs.
    type Observed: Send + Sync;
    /// A call to a provider, as data.
    type Call: Clone + Send + Sync;
    /// What a call gave.
    type Answer: Send + Sync;

    /// Conditions within a status.
    fn conditions(status: &Status<Self>) -> &[Condition];

    /// Collects everything the decision needs. What it reads through `reads` wakes the object when it changes.
    fn observe(
        &self,
        reads: &Reads,
        object: &Arc<Self::Object>,
    ) -> impl Future<Output = Self::Observed> + Send;

    /// Decides.
    fn plan(object: &Self::Object, observed: &Self::Observed, now: Timestamp) -> Plan<Self::Call>;

    /// The status as it is, with everything in its ledger that the plan's calls may create. Written before the calls are made;
    /// a kind that makes no calls has none.
    fn intention(
        _object: &Self::Object,
        _observed: &Self::Observed,
        _plan: &Plan<Self::Call>,
    ) -> Option<Status<Self>> {
        None
    }

    /// Reports.
    fn status(
        object: &Self::Object,
        observed: &Self::Observed,
        plan: &Plan<Self::Call>,
        results: &Results<Self::Call, Self::Answer>,
        now: Timestamp,
    ) -> Report<Status<Self>>;

    /// Makes one call.
    fn call(
        &self,
        object: &Arc<Self::Object>,
        call: Self::Call,
    ) -> impl Future<Output = Self::Answer> + Send;

    /// Whether this report can wait a few seconds for a later one. A report that a user or another object acts on cannot.
    fn can_wait(_object: &Self::Object, _new: &Report<Status<Self>>) -> bool {
        false
    }

    /// The object is gone.
    fn gone(&self, _key: &Key) {}
}

/// The status of a controller's kind.
pub type Status<C> = <<C as Controller>::Object as HasStatus>::Status;

/// A status and what it says.
#[derive(Clone, Debug)]
pub struct Report<S> {
    /// What is written.
    pub status: S,
    /// What it says.
    pub verdict: Verdict,
}

/// What to say of an object that was not written.
pub fn refused(refusal: &Refusal) -> Verdict {
    let message = refusal.to_string();
    match refusal.cause {
        Cause::Rejected { may_pass: true, .. } => {
            Verdict::failing(reason::REFUSED_BY_API_SERVER, message)
        }
        Cause::Rejected { .. } => Verdict::stalled(reason::REFUSED_BY_API_SERVER, message),
        Cause::NameTaken(_) => Verdict::stalled(reason::NAME_TAKEN, message),
        Cause::Unavailable { .. } => Verdict::failing(reason::API_SERVER_UNAVAILABLE, message),
    }
}
