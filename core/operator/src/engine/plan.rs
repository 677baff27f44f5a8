//! What is to be done, as data.

use super::desired::Desired;
use crate::cluster::{Key, Kind, Refusal};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::FINALIZER;
use std::time::Duration;

/// What is to be done for one object, as data. `C` is a call to a provider.
///
/// Executed in this order: finalizer added; ledger written when there are calls; objects applied; objects deleted;
/// calls made; status written; finalizer removed.
#[derive(Clone, Debug)]
pub struct Plan<C> {
    /// What happens to the finalizer.
    pub finalizer: Finalizer,
    /// Objects that shall be as given.
    pub apply: Vec<Desired>,
    /// Objects that shall go.
    pub delete: Vec<Deletion>,
    /// Calls to providers.
    pub calls: Vec<C>,
    /// Events to tell, beside the ones that a change of the verdict causes.
    pub notices: Vec<Notice>,
    /// When to look again without any event.
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
    /// Everything is gone: the object loses it and goes.
    Remove,
}

impl Finalizer {
    /// What an object needs that shall exist: the finalizer, unless it has it.
    pub fn held_by(meta: &ObjectMeta) -> Self {
        let held = meta.finalizers.iter().flatten().any(|f| f == FINALIZER);
        if held { Self::Keep } else { Self::Add }
    }
}

/// An object that shall go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: Key,
    /// Its UID, so that a successor of the same name stays.
    pub uid: String,
    /// Whether its dependents go first.
    pub foreground: bool,
}

impl Deletion {
    /// Of the object with this metadata; nothing where it is being deleted already.
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

/// Something worth an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether somebody should look at it.
    pub warning: bool,
    /// One of [`maquette_api::reason`].
    pub reason: &'static str,
    /// What happened.
    pub message: String,
}

/// What executing a plan gave so far.
#[derive(Clone, Debug)]
pub struct Results<C, A> {
    /// Whether the calls were made; before that, status is asked for the ledger.
    pub called: bool,
    /// Calls with their answers.
    pub answers: Vec<(C, A)>,
    /// Objects that the API server refuses.
    pub refused: Vec<Refusal>,
    /// Whether the namespace is being deleted, so that nothing can be made.
    pub namespace_terminating: bool,
}

impl<C, A> Default for Results<C, A> {
    fn default() -> Self {
        Self {
            called: false,
            answers: Vec::new(),
            refused: Vec::new(),
            namespace_terminating: false,
        }
    }
}
