//! The graph: what exists in it, what may start, what may be deleted. How it is ordered is in [`order`], what can be
//! wrong with it in [`error`].

mod error;
mod order;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use error::nearest_names;
pub use error::{Fault, GraphError};

use crate::{Condition, State};

/// One dependency: what is depended on, and what must hold for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// The name of the node that is depended on.
    pub on: String,
    /// What must hold for it.
    pub condition: Condition,
}

/// One node and what it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The name, unique in its graph.
    pub name: String,
    /// Dependencies, in any order; the same edge may be given more than once and counts once.
    pub depends_on: Vec<Edge>,
}

/// A set of nodes with unique names whose dependencies all exist and form no cycle.
///
/// There are no levels and no barriers: a node may start as soon as its own dependencies hold, and may be deleted as
/// soon as nothing that depends on it exists. A name that is not in the graph has no dependencies and no dependents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// In topological order: every node after all that it depends on.
    nodes: Vec<Node>,
    /// Where each name is in `nodes`.
    positions: BTreeMap<String, usize>,
    /// For each of `nodes`, the positions of those that depend on it directly, ascending.
    dependents: Vec<Vec<usize>>,
}

impl Graph {
    /// Checks and orders `nodes`.
    ///
    /// # Errors
    /// Everything that is wrong at once: names declared twice, dependencies on names that do not exist, and one
    /// cycle, a shortest one, for every knot of nodes that depend on each other.
    pub fn new(nodes: Vec<Node>) -> Result<Self, GraphError> {
        let nodes: Vec<Node> = nodes.into_iter().map(with_distinct_edges).collect();
        let order = order::check_and_order(&nodes)?;
        let mut unordered: BTreeMap<usize, Node> = nodes.into_iter().enumerate().collect();
        let nodes: Vec<Node> = order
            .into_iter()
            .filter_map(|declared| unordered.remove(&declared))
            .collect();
        let positions: BTreeMap<String, usize> = nodes
            .iter()
            .enumerate()
            .map(|(position, node)| (node.name.clone(), position))
            .collect();
        let dependents = order::reversed(&order::adjacency(&nodes, &positions));
        Ok(Self {
            nodes,
            positions,
            dependents,
        })
    }

    /// All names, every one after all that it depends on; where dependencies leave a choice, in the order of declaration.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.nodes.iter().map(|node| node.name.as_str())
    }

    /// Whether the graph has a node of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }

    /// What `name` depends on directly, in the order of declaration.
    pub fn dependencies(&self, name: &str) -> &[Edge] {
        self.node(name).map_or(&[], |node| &node.depends_on)
    }

    /// What depends on `name` directly, in the order of [`Graph::names`].
    pub fn dependents(&self, name: &str) -> Vec<&str> {
        let positions = self
            .positions
            .get(name)
            .and_then(|&position| self.dependents.get(position));
        positions
            .into_iter()
            .flatten()
            .filter_map(|&dependent| self.nodes.get(dependent))
            .map(|node| node.name.as_str())
            .collect()
    }

    /// The dependencies of `name` that do not hold, in the order of declaration. Empty: it may start.
    pub fn blocked_by(&self, name: &str, state: impl Fn(&str) -> State) -> Vec<&Edge> {
        self.dependencies(name)
            .iter()
            .filter(|edge| !edge.condition.holds(state(&edge.on)))
            .collect()
    }

    /// What may be created now, in the order of [`Graph::names`]: does not exist, and all its dependencies hold.
    pub fn startable(&self, state: impl Fn(&str) -> State) -> Vec<&str> {
        self.names()
            .filter(|name| !state(name).exists && self.blocked_by(name, &state).is_empty())
            .collect()
    }

    /// What may be deleted now, dependents before what they depend on: exists, and nothing that depends on it exists,
    /// be it directly or through nodes that are already gone.
    ///
    /// `exists` must stay true for what is being deleted until its absence was observed.
    pub fn deletable(&self, exists: impl Fn(&str) -> bool) -> Vec<&str> {
        // Positions of nodes that exist or are needed by one that exists.
        let mut in_use = BTreeSet::new();
        let mut deletable = Vec::new();
        for (position, (node, dependents)) in
            self.nodes.iter().zip(&self.dependents).enumerate().rev()
        {
            let needed = dependents
                .iter()
                .any(|dependent| in_use.contains(dependent));
            let exists = exists(&node.name);
            if exists && !needed {
                deletable.push(node.name.as_str());
            }
            if exists || needed {
                in_use.insert(position);
            }
        }
        deletable
    }

    fn node(&self, name: &str) -> Option<&Node> {
        self.positions
            .get(name)
            .and_then(|&position| self.nodes.get(position))
    }
}

fn with_distinct_edges(mut node: Node) -> Node {
    let mut seen = BTreeSet::new();
    node.depends_on.retain(|edge| seen.insert(edge.clone()));
    node
}
