//! Claims on names, and which of two wins.

use crate::cluster::{key::Key, kind::Kind, router::Reader};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::sync::Arc;

/// An object that claims names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    pub(super) reader: Reader,
    pub(super) uid: String,
    /// UID of the object that controls it, else its own: what one workspace consists of does not conflict.
    family: String,
    created: Option<Timestamp>,
}

impl Claimant {
    /// The object of this kind with this metadata.
    pub fn of(kind: Kind, meta: &ObjectMeta) -> Self {
        let uid = meta.uid.clone().unwrap_or_default();
        let mut owners = meta.owner_references.iter().flatten();
        let controller = owners.find(|owner| owner.controller == Some(true));
        Self {
            reader: (kind, Key::of(meta)),
            family: controller.map_or_else(|| uid.clone(), |owner| owner.uid.clone()),
            uid,
            created: meta.creation_timestamp.as_ref().map(|time| time.0),
        }
    }

    /// Whether it serves the hosts that it claims. The others only publish records of a name.
    fn serves(&self) -> bool {
        self.reader.0 != Kind::DNSRecord
    }

    /// Whether both cannot have names that overlap, which are `equal` or not.
    pub(super) fn conflicts(&self, other: &Self, equal: bool) -> bool {
        if self.reader.1.namespace != other.reader.1.namespace {
            return true;
        }
        equal && self.serves() && other.serves() && self.family != other.family
    }

    fn age(&self) -> (Option<Timestamp>, &Reader) {
        (self.created, &self.reader)
    }
}

/// How far a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Another has the name, or an older object waits for it.
    Waiting,
    /// Granted, and not yet in the status of the object.
    Granted,
    /// In the status of the object, since then.
    Held(Timestamp),
}

/// One claim on one name.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) claimant: Arc<Claimant>,
    pub(super) hold: Hold,
}

impl Claim {
    /// Whether this claim wins against `other`, where both conflict. Waiting claims are compared by age alone.
    pub(super) fn wins(&self, other: &Self) -> bool {
        let older = self.claimant.age() < other.claimant.age();
        match (self.hold, other.hold) {
            (Hold::Held(own), Hold::Held(their)) => own < their || (own == their && older),
            (Hold::Held(_), _) | (Hold::Granted, Hold::Waiting) => true,
            (_, Hold::Held(_)) | (Hold::Waiting, Hold::Granted) => false,
            (Hold::Granted, Hold::Granted) | (Hold::Waiting, Hold::Waiting) => older,
        }
    }
}
