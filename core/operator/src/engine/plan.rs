//! What is to be done, as data.

use super::desired::Desired;
use crate::cluster::{Key, Kind, Refusal};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::FINALIZER;
use std::time::Duration;

/// What is to be done for one object, as data. `C` is a call to a provider.
///
/// Executed in this order: finalizer added; ledger written when there are calls; objects applied; objects deleted;
/// calls made; status written or, at the end, finalizer removed. No call is made where the ledger or an object was not written.
#[derive(Clone, Debug)]
pub struct Plan<C> {
    /// What happens to the finalizer.
    pub finalizer: Finalizer,
    /// Objects that should be as given.
    pub apply: Vec<Desired>,
    /// Objects to delete.
    pub delete: Vec<Deletion>,
    /// Calls to providers.
    pub calls: Vec<C>,
    /// Events to publish, in addition to the ones that a change of the verdict causes.
    pub notices: Vec<Notice>,
    /// When to reconcile again without any event. After a failure, at least the back-off.
    pub again_in: Option<Duration>,
}

impl<C> Default for Plan<C> {
    fn default() -> Self {
        Self {
            finalizer: Finalizer::Keep,
            apply: Vec::new(),
            delete: Vec::new(),
            calls: Vec::new(),
            notices: Vec::new(),
            again_in: None,
        }
    }
}

/// What happens to the finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finalizer {
    /// It stays as it is.
    Keep,
    /// The object gets it before anything else happens.
    Add,
    /// Nothing is left: the object loses it, and is gone.
    Remove,
}

impl Finalizer {
    /// What an object needs that should exist: the finalizer, unless it has it.
    pub fn held_by(meta: &ObjectMeta) -> Self {
        let held = meta.finalizers.iter().flatten().any(|f| f == FINALIZER);
        if held { Self::Keep } else { Self::Add }
    }
}

/// An object to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// Its UID, so that a successor of the same name stays.
    pub uid: String,
    /// Whether its dependents are deleted first.
    pub foreground: bool,
}

impl Deletion {
    /// Of the object with this metadata; `None` where it is being deleted already.
    pub fn of(kind: Kind, meta: &ObjectMeta) -> Option<Self> {
        if meta.deletion_timestamp.is_some() {
            return None;
        }
        Some(Self {
            kind,
            key: Key::of(meta),
            uid: meta.uid.clone()?,
            foreground: false,
        })
    }
}

/// The content of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether it is of type `Warning`.
    pub warning: bool,
    /// One of [`maquette_api::reason`].
    pub reason: &'static str,
    /// What happened.
    pub message: String,
}

/// What executing a plan gave.
#[derive(Clone, Debug)]
pub struct Results<C, A> {
    /// Calls with their answers.
    pub answers: Vec<(C, A)>,
    /// Objects that were not written.
    pub refused: Vec<Refusal>,
    /// Whether the namespace is being deleted, so that nothing can be created.
    pub namespace_terminating: bool,
}

impl<C, A> Default for Results<C, A> {
    fn default() -> Self {
        Self {
            answers: Vec::new(),
            refused: Vec::new(),
            namespace_terminating: false,
        }
    }
}
