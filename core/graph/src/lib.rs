//! The dependency graph of a workspace and the interpolation of `${…}` references.
//!
//! Everything here is pure: values in, values out, no clock, no I/O, no panics on any input. The graph
//! knows nodes, edges, conditions and order, and nothing about Kubernetes, so that components of a
//! workspace and standalone kinds can share it.

mod condition;
mod graph;
pub mod interpolation;
mod nearest;

pub use condition::{Condition, State, UnknownCondition};
pub use graph::{Edge, Fault, Graph, GraphError, Node};
