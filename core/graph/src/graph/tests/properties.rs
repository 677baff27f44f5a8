//! What holds for every graph, against answers computed the slow and obvious way.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;

const MOST_NODES: usize = 9;

fn name(position: usize) -> String {
    format!("n{position}")
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![Just(Started), Just(Ready), Just(Completed)]
}

/// Any edges between nodes that exist, with cycles or without.
fn any_nodes() -> impl Strategy<Value = Vec<Node>> {
    (0..MOST_NODES).prop_flat_map(|count| {
        let targets = vec((any::<Index>(), condition()), 0..3);
        vec(targets, count).prop_map(|nodes| {
            let count = nodes.len();
            let edges = |targets: Vec<(Index, Condition)>| {
                targets
                    .into_iter()
                    .map(|(on, condition)| edge(&name(on.index(count)), condition))
                    .collect()
            };
            nodes
                .into_iter()
                .enumerate()
                .map(|(position, targets)| Node {
                    name: name(position),
                    depends_on: edges(targets),
                })
                .collect()
        })
    })
}

/// Edges only towards nodes of a lower number, declared in any order: no cycles.
fn acyclic_nodes() -> impl Strategy<Value = Vec<Node>> {
    any_nodes()
        .prop_map(|mut nodes| {
            for (position, node) in nodes.iter_mut().enumerate() {
                node.depends_on
                    .retain(|edge| (0..position).any(|lower| edge.on == name(lower)));
            }
            nodes
        })
        .prop_shuffle()
}

fn states() -> impl Strategy<Value = BTreeMap<String, State>> {
    let state = any::<[bool; 4]>().prop_map(|[exists, started, ready, completed]| State {
        exists,
        started,
        ready,
        completed,
    });
    vec(state, MOST_NODES).prop_map(|states| {
        states
            .into_iter()
            .enumerate()
            .map(|(at, state)| (name(at), state))
            .collect()
    })
}

/// What each name depends on, directly or not.
fn reachable(nodes: &[Node]) -> BTreeMap<&str, BTreeSet<&str>> {
    let direct = |node: &'_ Node| {
        node.depends_on
            .iter()
            .map(|edge| edge.on.clone())
            .collect::<Vec<_>>()
    };
    let by_name: BTreeMap<&str, Vec<String>> = nodes
        .iter()
        .map(|node| (node.name.as_str(), direct(node)))
        .collect();
    let mut closure: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for start in by_name.keys() {
        let mut seen = BTreeSet::new();
        let mut todo = vec![*start];
        while let Some(at) = todo.pop() {
            for next in &by_name[at] {
                let (next, _) = by_name.get_key_value(next.as_str()).unwrap();
                if seen.insert(*next) {
                    todo.push(next);
                }
            }
        }
        closure.insert(start, seen);
    }
    closure
}

proptest! {
    #[test]
    fn cycles_are_found_exactly_when_there_are_any_one_for_every_knot(nodes in any_nodes()) {
        let reachable = reachable(&nodes);
        // A knot is named by the first declared of the nodes that reach each other.
        let knots: BTreeSet<&str> = nodes
            .iter()
            .map(|node| node.name.as_str())
            .filter(|name| reachable[name].contains(name))
            .map(|name| *reachable[name].iter().find(|other| reachable[*other].contains(name)).unwrap())
            .collect();
        let found = Graph::new(nodes.clone()).map_or_else(|error| error.faults().to_vec(), |_| Vec::new());
        let paths: Vec<&[String]> = found
            .iter()
            .map(|fault| if let Fault::Cycle { path } = fault { path.as_slice() } else { &[] })
            .collect();
        prop_assert_eq!(paths.iter().map(|path| path[0].as_str()).collect::<Vec<_>>(), knots.into_iter().collect::<Vec<_>>());
        for path in paths {
            prop_assert_eq!(path.first(), path.last());
            prop_assert_eq!(path[1..].iter().collect::<BTreeSet<_>>().len(), path.len() - 1);
            for step in path.windows(2) {
                let from = nodes.iter().find(|node| node.name == step[0]).unwrap();
                prop_assert!(from.depends_on.iter().any(|edge| edge.on == step[1]));
            }
        }
    }

    #[test]
    fn every_name_is_listed_once_after_all_that_it_depends_on(nodes in acyclic_nodes()) {
        let graph = Graph::new(nodes.clone()).unwrap();
        let order = names(&graph);
        let declared: BTreeSet<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        prop_assert_eq!(order.len(), nodes.len());
        prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), declared);
        for (position, name) in order.iter().enumerate() {
            for edge in graph.dependencies(name) {
                prop_assert!(order[..position].contains(&edge.on.as_str()));
                prop_assert!(graph.dependents(&edge.on).contains(name));
            }
        }
    }

    #[test]
    fn startable_is_what_does_not_exist_and_is_blocked_by_nothing(nodes in acyclic_nodes(), states in states()) {
        let graph = Graph::new(nodes).unwrap();
        let state = |name: &str| states[name];
        let expected: Vec<&str> = graph
            .names()
            .filter(|name| !states[*name].exists)
            .filter(|name| graph.dependencies(name).iter().all(|edge| edge.condition.holds(states[&edge.on])))
            .collect();
        prop_assert_eq!(graph.startable(state), expected);
    }

    #[test]
    fn deletable_is_what_exists_and_nothing_existing_reaches(nodes in acyclic_nodes(), states in states()) {
        let reachable = reachable(&nodes);
        let graph = Graph::new(nodes.clone()).unwrap();
        let exists = |name: &str| states[name].exists;
        let expected: Vec<&str> = graph
            .names()
            .rev()
            .filter(|name| exists(name))
            .filter(|name| !reachable.iter().any(|(other, reached)| exists(other) && reached.contains(name)))
            .collect();
        prop_assert_eq!(graph.deletable(exists), expected);
    }

    #[test]
    fn creating_whatever_may_start_in_any_order_creates_everything_dependencies_first(
        nodes in acyclic_nodes(),
        choices in vec(any::<Index>(), MOST_NODES),
    ) {
        let graph = Graph::new(nodes.clone()).unwrap();
        let mut created: Vec<String> = Vec::new();
        for choice in &choices[..nodes.len()] {
            let all_hold = State { exists: true, started: true, ready: true, completed: true };
            let state = |name: &str| if created.iter().any(|c| c == name) { all_hold } else { ABSENT };
            let startable = graph.startable(state);
            prop_assert!(!startable.is_empty());
            let next = (*choice.get(&startable)).to_owned();
            prop_assert!(graph.dependencies(&next).iter().all(|edge| created.contains(&edge.on)));
            created.push(next);
        }
        prop_assert_eq!(created.len(), nodes.len());
    }

    #[test]
    fn deleting_whatever_may_be_deleted_in_any_order_deletes_everything_dependents_first(
        nodes in acyclic_nodes(),
        choices in vec(any::<Index>(), MOST_NODES),
    ) {
        let graph = Graph::new(nodes.clone()).unwrap();
        let mut existing: BTreeSet<String> = nodes.iter().map(|node| node.name.clone()).collect();
        for choice in &choices[..nodes.len()] {
            let deletable = graph.deletable(|name| existing.contains(name));
            prop_assert!(!deletable.is_empty());
            let next = (*choice.get(&deletable)).to_owned();
            prop_assert!(graph.dependents(&next).iter().all(|dependent| !existing.contains(*dependent)));
            existing.remove(&next);
        }
        prop_assert_eq!(existing, BTreeSet::new());
    }
}
