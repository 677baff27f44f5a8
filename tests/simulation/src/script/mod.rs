//! What happens in a run besides the operator's own work: actions of users, and faults. All of it comes from the seed, in
//! steps that can be left out one by one.

mod generate;
mod perform;
mod specimen;

use crate::{
    api::{Break, Id},
    faults::Trouble,
    providers,
};
use serde_json::Value;
use std::{fmt, time::Duration};

pub(crate) use generate::generate;
pub(crate) use perform::{delete, perform, user};
pub(crate) use specimen::{NAMESPACES, ZONE};

/// Something that happens at a time.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) at: Duration,
    pub(crate) action: Action,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A user creates an object, or replaces the spec of one that exists.
    Apply(Id, Value),
    /// A user deletes an object.
    Delete(Id),
    /// Someone else creates an object whose name the operator may want.
    Foreign(Id),
    /// Someone else creates a record set.
    ForeignRecord {
        zone: String,
        name: String,
        alias: bool,
    },
    /// Someone else changes or deletes a record set of the operator.
    TamperRecord { pick: u64, delete: bool },
    /// Someone else changes or deletes an object that the operator made.
    TamperObject { pick: u64, delete: bool },
    /// A namespace begins to enforce the restricted Pod Security Standard.
    Restrict(String),
    /// The process that leads ends without warning.
    Crash,
    /// Another replica is started, and the oldest is asked to end.
    Upgrade,
    /// There are two replicas from now on.
    Replicas,
    /// The process that leads does not reach the API server.
    CutOff { seconds: u64 },
    /// Requests fail.
    Requests {
        trouble: Trouble,
        percent: u64,
        seconds: u64,
        resource: Option<usize>,
    },
    /// Watches break.
    Break { resource: usize, how: Break },
    /// Watches are late.
    Lag { resource: usize, seconds: u64 },
    /// Calls of a provider fail.
    Provider {
        server: &'static str,
        trouble: providers::Trouble,
        percent: u64,
        seconds: u64,
    },
    /// The registry of plugins is away.
    Registry { seconds: u64 },
    /// The Gateway's controller is away.
    Gateways { seconds: u64 },
    /// The Secret with the provider's credential is missing.
    Secret { seconds: u64 },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.3} s ", self.at.as_secs_f64())?;
        match &self.action {
            Action::Apply(id, spec) => write!(f, "the user applies {id} with {spec}"),
            Action::Delete(id) => write!(f, "the user deletes {id}"),
            Action::Foreign(id) => write!(f, "someone else creates {id}"),
            other => write!(f, "{other:?}"),
        }
    }
}
