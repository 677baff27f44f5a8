//! Objects of any kind that a component depends on: their conditions and their outputs.

use crate::cluster::{Key, Reads, Typed};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::core::object::HasStatus;
use maquette_api::{
    Component, ComponentStatus, DNSRecord, DNSRecordStatus, DependencyKind, Tunnel, TunnelStatus,
    Workspace, WorkspaceStatus,
};
use std::collections::{BTreeMap, BTreeSet};

/// An object that a component depends on.
pub(super) type Name = (DependencyKind, String);

/// What is known of an object that a component depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Dependee {
    /// Whether it exists and is not being deleted.
    pub(super) exists: bool,
    /// Types of the conditions that are True for its current generation.
    pub(super) holds: BTreeSet<String>,
    /// Its outputs, where it is Ready or was.
    pub(super) outputs: BTreeMap<String, String>,
}

/// The object of this kind in the namespace. Only a change of what is returned wakes the reader.
pub(super) fn dependee(reads: &Reads, namespace: &str, (kind, name): &Name) -> Dependee {
    let key = Key::new(namespace, name.clone());
    match kind {
        DependencyKind::Workspace => reads.get_as(&key, of::<Workspace>),
        DependencyKind::Component => reads.get_as(&key, of::<Component>),
        DependencyKind::DNSRecord => reads.get_as(&key, of::<DNSRecord>),
        DependencyKind::Tunnel => reads.get_as(&key, of::<Tunnel>),
    }
}

fn of<T>(object: Option<&T>) -> Dependee
where
    T: Typed + HasStatus,
    T::Status: Depended,
{
    let Some(object) = object.filter(|object| object.metadata().deletion_timestamp.is_none())
    else {
        return Dependee::default();
    };
    let Some(status) = object.status() else {
        return Dependee {
            exists: true,
            ..Dependee::default()
        };
    };
    let is_current = status.generation() == object.metadata().generation;
    let conditions = status.conditions().iter().filter(|_| is_current);
    let holds = conditions.filter(|condition| condition.status == "True");
    Dependee {
        exists: true,
        holds: holds.map(|condition| condition.type_.clone()).collect(),
        outputs: status.outputs().clone(),
    }
}

/// The status of a kind that components can depend on.
trait Depended {
    fn generation(&self) -> Option<i64>;
    fn conditions(&self) -> &[Condition];
    fn outputs(&self) -> &BTreeMap<String, String>;
}

macro_rules! depended {
    ($($status:ty),*) => {
        $(impl Depended for $status {
            fn generation(&self) -> Option<i64> {
                self.observed_generation
            }

            fn conditions(&self) -> &[Condition] {
                &self.conditions
            }

            fn outputs(&self) -> &BTreeMap<String, String> {
                &self.outputs
            }
        })*
    };
}
depended!(
    WorkspaceStatus,
    ComponentStatus,
    DNSRecordStatus,
    TunnelStatus
);
