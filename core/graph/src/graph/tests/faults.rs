//! What is refused, and how it is said.

use super::*;

fn faults(nodes: Vec<Node>) -> Vec<Fault> {
    Graph::new(nodes).unwrap_err().faults().to_vec()
}

fn cycle(path: &[&str]) -> Fault {
    Fault::Cycle {
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn unknown(from: &str, name: &str, nearest: &[&str]) -> Fault {
    Fault::Unknown {
        from: from.to_owned(),
        name: name.to_owned(),
        nearest: nearest.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn duplicate(name: &str) -> Fault {
    Fault::Duplicate {
        name: name.to_owned(),
    }
}

#[test]
fn a_cycle_is_reported_with_its_path() {
    let ring = vec![
        node("a", &[("b", Ready)]),
        node("b", &[("c", Started)]),
        node("c", &[("a", Completed)]),
    ];
    assert_eq!(faults(ring), [cycle(&["a", "b", "c", "a"])]);
    assert_eq!(
        faults(vec![node("a", &[("a", Ready)])]),
        [cycle(&["a", "a"])]
    );
}

#[test]
fn of_nodes_that_all_wait_for_each_other_one_shortest_cycle_is_reported() {
    let knot = vec![
        node("a", &[("b", Ready), ("c", Ready)]),
        node("b", &[("c", Ready)]),
        node("c", &[("a", Ready), ("b", Ready)]),
    ];
    assert_eq!(faults(knot), [cycle(&["a", "c", "a"])]);
}

#[test]
fn every_knot_is_reported_and_what_merely_waits_for_one_is_not() {
    let nodes = vec![
        node("waits", &[("x", Ready)]),
        node("y", &[("x", Ready)]),
        node("x", &[("y", Ready), ("free", Ready)]),
        node("b", &[("b", Ready), ("x", Ready)]),
        node("free", &[]),
    ];
    assert_eq!(faults(nodes), [cycle(&["y", "x", "y"]), cycle(&["b", "b"])]);
}

#[test]
fn an_unknown_dependency_is_reported_once_with_the_nearest_names_but_never_its_own() {
    let nodes = vec![
        node("mysql-web", &[("mysqll", Ready), ("mysqll", Started)]),
        node("mysql", &[]),
        node("redis", &[]),
    ];
    assert_eq!(
        faults(nodes),
        [unknown("mysql-web", "mysqll", &["mysql", "redis"])]
    );
    assert_eq!(
        faults(vec![node("web", &[("wep", Ready)])]),
        [unknown("web", "wep", &[])]
    );
}

#[test]
fn a_name_declared_more_than_once_is_reported_once() {
    let nodes = vec![
        node("b", &[]),
        node("a", &[]),
        node("a", &[]),
        node("b", &[]),
        node("a", &[]),
    ];
    assert_eq!(faults(nodes), [duplicate("a"), duplicate("b")]);
}

#[test]
fn the_edges_of_a_name_declared_again_are_checked_for_existence_and_make_no_cycle() {
    let nodes = vec![
        node("a", &[]),
        node("b", &[("a", Ready)]),
        node("a", &[("b", Ready), ("c", Ready)]),
    ];
    assert_eq!(faults(nodes), [duplicate("a"), unknown("a", "c", &["b"])]);
}

#[test]
fn everything_that_is_wrong_is_reported_at_once_in_sentences() {
    let nodes = vec![
        node("web", &[("rediss", Ready), ("migrate", Ready)]),
        node("migrate", &[("web", Ready)]),
        node("redis", &[]),
        node("redis", &[]),
        node("alone", &[]),
    ];
    let error = Graph::new(nodes).unwrap_err();
    assert_eq!(
        error.faults(),
        [
            duplicate("redis"),
            unknown("web", "rediss", &["redis", "alone", "migrate"]),
            cycle(&["web", "migrate", "web"])
        ]
    );
    assert_eq!(
        error.to_string(),
        "`redis` is declared more than once: give each its own name; \
         `web` depends on `rediss`, which does not exist; nearest: `redis`, `alone`, `migrate`; \
         dependencies form a cycle, web → migrate → web: remove one of them"
    );
    assert_eq!(
        unknown("web", "x", &[]).to_string(),
        "`web` depends on `x`, which does not exist"
    );
}

#[test]
fn a_chain_of_a_hundred_thousand_nodes_is_ordered_and_its_ring_is_found() {
    let length = 100_000;
    let mut chain: Vec<Node> = (0..length)
        .map(|position| Node {
            name: position.to_string(),
            depends_on: vec![edge(&(position + 1).to_string(), Ready)],
        })
        .collect();
    chain.push(node("100000", &[]));
    let graph = Graph::new(chain.clone()).unwrap();
    assert_eq!(graph.names().next(), Some("100000"));
    assert_eq!(
        graph.deletable(|name| name == "0" || name == "100000"),
        ["0"]
    );

    chain.pop();
    chain.push(node("100000", &[("0", Ready)]));
    let found = faults(chain);
    let lengths: Vec<usize> = found
        .iter()
        .map(|fault| {
            if let Fault::Cycle { path } = fault {
                path.len()
            } else {
                0
            }
        })
        .collect();
    assert_eq!(lengths, [length + 2]);
}
