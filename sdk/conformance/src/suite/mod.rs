//! The parts of every rule: its outcome, the table that names it, the plugin in a host, and the provider in all ways in
//! which rules reach it. No rule is named here: `run` knows them all.

mod kit;
mod place;
mod rule;

pub use kit::Kit;
pub(crate) use place::Place;
pub(crate) use rule::{Failure, Outcome, Rule, keep, rule_table};
