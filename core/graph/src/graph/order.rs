//! Ordering nodes, and finding what makes an order impossible.
//!
//! Nodes are handled by their position in the declaration. All walks use their own stack, so that a chain of any
//! length is no danger, and touch every edge a constant number of times.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque},
};

use super::{Fault, GraphError, Node};
use crate::nearest::nearest;

/// For each node, the positions of the nodes at the other end of its edges.
pub(super) type Adjacency = Vec<Vec<usize>>;

/// The positions of `nodes` in topological order.
pub(super) fn check_and_order(nodes: &[Node]) -> Result<Vec<usize>, GraphError> {
    let mut positions = BTreeMap::new();
    let mut duplicates = BTreeSet::new();
    let mut faults = Vec::new();
    for (position, node) in nodes.iter().enumerate() {
        if positions.contains_key(&node.name) {
            if duplicates.insert(&node.name) {
                faults.push(Fault::Duplicate {
                    name: node.name.clone(),
                });
            }
        } else {
            positions.insert(node.name.clone(), position);
        }
    }
    faults.extend(unknown_names(nodes, &positions));

    let dependencies = adjacency(nodes, &positions);
    let dependents = reversed(&dependencies);
    let order = topological(&dependencies, &dependents);
    if order.len() < nodes.len() {
        let name = |&position: &usize| nodes.get(position).map(|node| node.name.clone());
        let cycles = knots(&dependencies, &dependents)
            .into_iter()
            .filter_map(|knot| shortest_cycle(&dependencies, &knot));
        faults.extend(cycles.map(|cycle| Fault::Cycle {
            path: cycle.iter().filter_map(name).collect(),
        }));
    }
    GraphError::unless_empty(faults).map(|()| order)
}

fn unknown_names(nodes: &[Node], positions: &BTreeMap<String, usize>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for node in nodes {
        let mut reported = BTreeSet::new();
        for edge in &node.depends_on {
            if positions.contains_key(&edge.on) || !reported.insert(&edge.on) {
                continue;
            }
            // Depending on itself is no cure.
            let others = positions
                .keys()
                .map(String::as_str)
                .filter(|known| *known != node.name);
            faults.push(Fault::Unknown {
                from: node.name.clone(),
                name: edge.on.clone(),
                nearest: nearest(&edge.on, others),
            });
        }
    }
    faults
}

/// The edges between nodes that exist. Of nodes with one name only the first has edges.
pub(super) fn adjacency(nodes: &[Node], positions: &BTreeMap<String, usize>) -> Adjacency {
    let edges = |(position, node): (usize, &Node)| {
        if positions.get(&node.name) != Some(&position) {
            return Vec::new();
        }
        let targets: BTreeSet<usize> = node
            .depends_on
            .iter()
            .filter_map(|edge| positions.get(&edge.on).copied())
            .collect();
        targets.into_iter().collect()
    };
    nodes.iter().enumerate().map(edges).collect()
}

/// The same edges from their other end.
pub(super) fn reversed(edges: &Adjacency) -> Adjacency {
    let mut reversed: Adjacency = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for &to in targets {
            if let Some(sources) = reversed.get_mut(to) {
                sources.push(from);
            }
        }
    }
    reversed
}

/// Every node after its dependencies, the first declared first; nodes on or behind a cycle are left out.
fn topological(dependencies: &Adjacency, dependents: &Adjacency) -> Vec<usize> {
    let mut waiting_for: Vec<usize> = dependencies.iter().map(Vec::len).collect();
    let mut free: BinaryHeap<Reverse<usize>> = waiting_for
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(node, _)| Reverse(node))
        .collect();
    let mut order = Vec::with_capacity(dependencies.len());
    while let Some(Reverse(node)) = free.pop() {
        order.push(node);
        for &dependent in targets(dependents, node) {
            if let Some(count) = waiting_for.get_mut(dependent) {
                *count -= 1;
                if *count == 0 {
                    free.push(Reverse(dependent));
                }
            }
        }
    }
    order
}

/// The strongly connected components (Kosaraju's algorithm), each ascending, in the order of their first node.
fn knots(dependencies: &Adjacency, dependents: &Adjacency) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..dependencies.len()).collect();
    let mut finished = Vec::new();
    for tree in depth_first(dependencies, &all) {
        finished.extend(tree);
    }
    finished.reverse();
    let mut knots = depth_first(dependents, &finished);
    for knot in &mut knots {
        knot.sort_unstable();
    }
    knots.sort_unstable();
    knots
}

/// Walks from each of `roots` to what no earlier root reached; the nodes of each walk in the order they were finished.
fn depth_first(edges: &Adjacency, roots: &[usize]) -> Vec<Vec<usize>> {
    let mut seen = BTreeSet::new();
    let mut trees = Vec::new();
    for &root in roots {
        if !seen.insert(root) {
            continue;
        }
        let mut finished = Vec::new();
        let mut stack = vec![(root, targets(edges, root).iter())];
        while let Some((node, rest)) = stack.last_mut() {
            match rest.next() {
                Some(&next) if seen.insert(next) => stack.push((next, targets(edges, next).iter())),
                Some(_) => {}
                None => {
                    finished.push(*node);
                    stack.pop();
                }
            }
        }
        trees.push(finished);
    }
    trees
}

/// A shortest cycle through the first node of `knot`, which comes first and last. None if it is on no cycle.
fn shortest_cycle(edges: &Adjacency, knot: &[usize]) -> Option<Vec<usize>> {
    let &start = knot.first()?;
    let members: BTreeSet<usize> = knot.iter().copied().collect();
    let mut reached_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &next in targets(edges, node) {
            if members.contains(&next) && !reached_from.contains_key(&next) {
                reached_from.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    let mut path = vec![start];
    let mut at = *reached_from.get(&start)?;
    while at != start {
        path.push(at);
        at = *reached_from.get(&at)?;
    }
    path.push(start);
    path.reverse();
    Some(path)
}

fn targets(edges: &Adjacency, node: usize) -> &[usize] {
    edges.get(node).map_or(&[], Vec::as_slice)
}
