//! The graph by example; what it refuses is in [`faults`], what holds for every graph in [`properties`].

mod faults;
mod properties;

use super::*;
use Condition::{Completed, Ready, Started};

fn edge(on: &str, condition: Condition) -> Edge {
    Edge {
        on: on.to_owned(),
        condition,
    }
}

fn node(name: &str, depends_on: &[(&str, Condition)]) -> Node {
    Node {
        name: name.to_owned(),
        depends_on: depends_on
            .iter()
            .map(|(on, condition)| edge(on, *condition))
            .collect(),
    }
}

/// web waits for the job migrate to complete and for redis; migrate waits for redis; log waits for nobody.
fn shop() -> Graph {
    Graph::new(vec![
        node("web", &[("migrate", Completed), ("redis", Ready)]),
        node("log", &[]),
        node("migrate", &[("redis", Ready)]),
        node("redis", &[]),
    ])
    .unwrap()
}

fn names(graph: &Graph) -> Vec<&str> {
    graph.names().collect()
}

const ABSENT: State = State {
    exists: false,
    started: false,
    ready: false,
    completed: false,
};
const CREATED: State = State {
    exists: true,
    ..ABSENT
};
const READY: State = State {
    started: true,
    ready: true,
    ..CREATED
};
const COMPLETED: State = State {
    started: true,
    completed: true,
    ..CREATED
};

fn known<'a>(states: &'a [(&'a str, State)]) -> impl Fn(&str) -> State + 'a {
    move |name| {
        states
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(ABSENT, |(_, state)| *state)
    }
}

#[test]
fn an_empty_graph_has_no_names_and_nothing_to_do() {
    let graph = Graph::new(Vec::new()).unwrap();
    assert_eq!(names(&graph), Vec::<&str>::new());
    assert_eq!(graph.startable(|_| ABSENT), Vec::<&str>::new());
    assert_eq!(graph.deletable(|_| true), Vec::<&str>::new());
}

#[test]
fn names_come_after_what_they_depend_on_and_else_in_the_order_of_declaration() {
    assert_eq!(names(&shop()), ["log", "redis", "migrate", "web"]);
    let free = ["z", "a", "m"].map(|name| node(name, &[])).to_vec();
    assert_eq!(names(&Graph::new(free).unwrap()), ["z", "a", "m"]);
}

#[test]
fn a_node_knows_its_direct_dependencies_and_dependents() {
    let graph = shop();
    assert_eq!(
        graph.dependencies("web"),
        [edge("migrate", Completed), edge("redis", Ready)]
    );
    assert_eq!(graph.dependents("redis"), ["migrate", "web"]);
    assert_eq!(graph.dependents("migrate"), ["web"]);
    assert_eq!(graph.dependents("web"), Vec::<&str>::new());
}

#[test]
fn a_name_that_is_not_in_the_graph_has_neither_dependencies_nor_dependents() {
    let graph = shop();
    assert!(graph.contains("web"));
    assert!(!graph.contains("mysql"));
    assert_eq!(graph.dependencies("mysql"), []);
    assert_eq!(graph.dependents("mysql"), Vec::<&str>::new());
    assert_eq!(graph.blocked_by("mysql", |_| ABSENT), Vec::<&Edge>::new());
}

#[test]
fn an_edge_given_twice_counts_once_and_other_conditions_on_one_name_all_count() {
    let twice = node(
        "web",
        &[("redis", Ready), ("redis", Started), ("redis", Ready)],
    );
    let graph = Graph::new(vec![twice, node("redis", &[])]).unwrap();
    assert_eq!(
        graph.dependencies("web"),
        [edge("redis", Ready), edge("redis", Started)]
    );
    assert_eq!(graph.dependents("redis"), ["web"]);
}

#[test]
fn blocked_by_lists_the_dependencies_that_do_not_hold() {
    let graph = shop();
    let blocked = |states: &[(&str, State)]| -> Vec<Edge> {
        graph
            .blocked_by("web", known(states))
            .into_iter()
            .cloned()
            .collect()
    };
    assert_eq!(
        blocked(&[]),
        [edge("migrate", Completed), edge("redis", Ready)]
    );
    assert_eq!(
        blocked(&[("redis", READY), ("migrate", READY)]),
        [edge("migrate", Completed)]
    );
    assert_eq!(
        blocked(&[("redis", CREATED), ("migrate", COMPLETED)]),
        [edge("redis", Ready)]
    );
    assert_eq!(blocked(&[("redis", READY), ("migrate", COMPLETED)]), []);
}

#[test]
fn a_node_may_start_once_all_its_dependencies_hold_and_not_while_it_exists() {
    let graph = shop();
    let startable = |states: &[(&str, State)]| graph.startable(known(states));
    assert_eq!(startable(&[]), ["log", "redis"]);
    assert_eq!(startable(&[("redis", CREATED)]), ["log"]);
    assert_eq!(startable(&[("redis", READY)]), ["log", "migrate"]);
    assert_eq!(
        startable(&[("redis", READY), ("log", CREATED), ("migrate", CREATED)]),
        Vec::<&str>::new()
    );
    assert_eq!(
        startable(&[("redis", READY), ("log", READY), ("migrate", COMPLETED)]),
        ["web"]
    );
}

#[test]
fn a_node_may_be_deleted_once_nothing_that_depends_on_it_exists() {
    let graph = shop();
    let deletable = |existing: &[&str]| graph.deletable(|name| existing.contains(&name));
    assert_eq!(
        deletable(&["web", "log", "migrate", "redis"]),
        ["web", "log"]
    );
    assert_eq!(deletable(&["migrate", "redis"]), ["migrate"]);
    assert_eq!(deletable(&["redis"]), ["redis"]);
    assert_eq!(deletable(&[]), Vec::<&str>::new());
}

#[test]
fn a_node_is_kept_for_a_dependent_that_needs_it_through_nodes_already_gone() {
    let chain = Graph::new(vec![
        node("a", &[("b", Ready)]),
        node("b", &[("c", Ready)]),
        node("c", &[]),
    ])
    .unwrap();
    assert_eq!(chain.deletable(|name| name != "b"), ["a"]);
}
