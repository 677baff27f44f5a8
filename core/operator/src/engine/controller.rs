//! What a kind has to say to be reconciled.

use super::plan::{Plan, Results};
use crate::cluster::{Caches, Change, Key, Kind, Refusal, Store};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Resource;
use maquette_api::{condition::Verdict, reason};
use serde::Serialize;
use std::{fmt::Debug, future::Future, sync::Arc};

/// A kind's observe, plan and status.
///
/// `plan` and `status` are pure: the same values give the same result, so any interleaving of crashes, stale caches
/// and faults can be tried on them. `observe` and `call` are the only places that wait for something.
pub trait Controller: Send + Sync + Sized + 'static {
    /// The kind itself.
    type Object: Resource<DynamicType = ()> + Clone + Debug + Send + Sync + 'static;
    /// Everything the decision needs.
    type Observed: Send + Sync;
    /// A call to a provider, as data.
    type Call: Clone + Send + Sync;
    /// What a call gave.
    type Answer: Send + Sync;
    /// The kind's status.
    type Status: Clone + PartialEq + Serialize + Send + Sync;

    /// Which kind it is.
    const KIND: Kind;

    /// Where its objects are.
    fn store(caches: &Caches) -> &Store<Self::Object>;

    /// Status of the object as last written.
    fn current(object: &Self::Object) -> Option<&Self::Status>;

    /// Conditions within a status.
    fn conditions(status: &Self::Status) -> &[Condition];

    /// Collects everything the decision needs.
    fn observe(&self, object: &Arc<Self::Object>) -> impl Future<Output = Self::Observed> + Send;

    /// Decides.
    fn plan(object: &Self::Object, observed: &Self::Observed, now: Timestamp) -> Plan<Self::Call>;

    /// Reports.
    fn status(
        object: &Self::Object,
        observed: &Self::Observed,
        plan: &Plan<Self::Call>,
        results: &Results<Self::Call, Self::Answer>,
        now: Timestamp,
    ) -> Report<Self::Status>;

    /// Makes one call.
    fn call(
        &self,
        object: &Arc<Self::Object>,
        call: Self::Call,
    ) -> impl Future<Output = Self::Answer> + Send;

    /// Keys of the objects that this change may matter to.
    fn wakes(&self, change: &Change) -> Vec<Key>;

    /// Whether this news can wait a few seconds for better news. It must not where somebody has to act on it.
    fn can_wait(_object: &Self::Object, _new: &Report<Self::Status>) -> bool {
        false
    }

    /// The provider whose answers the object waits for. Objects of one provider leave room for those of others.
    fn provider(_object: &Self::Object) -> Option<String> {
        None
    }

    /// The object is gone.
    fn gone(&self, _key: &Key) {}
}

/// A status and what it says.
#[derive(Clone, Debug)]
pub struct Report<S> {
    /// What is written.
    pub status: S,
    /// What it says.
    pub verdict: Verdict,
}

/// What to say of an object that the API server refuses.
pub fn refused(refusal: &Refusal) -> Verdict {
    let verdict = if refusal.may_pass {
        Verdict::failing
    } else {
        Verdict::stalled
    };
    verdict(reason::REFUSED_BY_API_SERVER, refusal.to_string())
}
