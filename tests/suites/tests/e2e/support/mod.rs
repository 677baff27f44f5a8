//! What every test here stands on: a namespace of its own on the cluster, and the operator that Helm installed.

pub(crate) mod dns;
pub(crate) mod edge;
pub(crate) mod fixture;
pub(crate) mod frps;
pub(crate) mod history;
pub(crate) mod inventory;
pub(crate) mod manifests;
pub(crate) mod operator;
pub(crate) mod place;
pub(crate) mod workspace;

pub(crate) use history::History;
pub(crate) use place::Place;

use std::time::Duration;

/// Longest a workspace of small pods may take on a busy machine.
pub(crate) const UP_WITHIN: Duration = Duration::from_mins(2);
/// Longest a teardown may take on a busy machine.
pub(crate) const DOWN_WITHIN: Duration = Duration::from_mins(2);
/// How soon a user is told what is wrong.
pub(crate) const EXPLAINED_WITHIN: Duration = Duration::from_secs(30);
