//! The operator keeps its rules in every run of the simulation.
//!
//! * `MAQUETTE_SIMULATION_SEEDS=100000`: more seeds; `MAQUETTE_SIMULATION_FIRST=…`: where they begin;
//!   `MAQUETTE_SIMULATION_ALL=1`: the run does not end at the first failure; `MAQUETTE_SIMULATION_RULE=…`: only this rule.
//! * `MAQUETTE_SIMULATION_SEED=17`: one seed with its trace. `MAQUETTE_SIMULATION_KEEP=0,3`: only these steps of its script.

#![allow(unsafe_code, reason = "see entropy.rs")]

mod entropy;

use maquette_simulation::{
    Report, Setup,
    campaign::{alone, campaign},
    shrink::shrink,
};
use std::{collections::BTreeMap, env, time::Instant};

/// Seeds of a run in CI.
const SEEDS: u64 = 5000;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

fn run(setup: Setup) -> Report {
    alone(setup, entropy::set)
}

/// How a failure is told: the steps, the last of the trace, and how to run it again.
fn told(report: &Report) -> String {
    let Some(violation) = &report.violation else {
        return String::new();
    };
    let mut lines = vec![format!(
        "seed {}: rule `{}` is broken after {:.3} s: {}",
        report.setup.seed,
        violation.rule,
        violation.at.as_secs_f64(),
        violation.message
    )];
    let steps = report.steps.iter();
    lines.extend(steps.map(|(at, step)| format!("  step {at}: {step}")));
    let skipped = report.trace.len().saturating_sub(120);
    let trace = report.trace.iter().skip(skipped);
    lines.extend(trace.map(|line| format!("    {}", line.chars().take(260).collect::<String>())));
    let steps: Vec<String> = report.steps.iter().map(|(at, _)| at.to_string()).collect();
    lines.push(format!(
        "again: cargo xtask simulate seed {} --keep {}",
        report.setup.seed,
        steps.join(",")
    ));
    lines.join("\n")
}

#[test]
fn the_operator_keeps_its_rules_for_every_seed() {
    let first = number("MAQUETTE_SIMULATION_FIRST").unwrap_or(0);
    let count = number("MAQUETTE_SIMULATION_SEEDS").unwrap_or(SEEDS);
    let all = env::var("MAQUETTE_SIMULATION_ALL").is_ok();
    let only = env::var("MAQUETTE_SIMULATION_RULE").ok();
    let mut failures: BTreeMap<&str, Vec<Report>> = BTreeMap::new();
    let started = Instant::now();
    let (runs, requests) = campaign(first..first + count, entropy::set, |report| {
        if let Some(violation) = &report.violation
            && only.as_ref().is_none_or(|only| *only == violation.rule)
        {
            failures.entry(violation.rule).or_default().push(report);
            return all;
        }
        true
    });
    println!(
        "{runs} runs with {requests} requests in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    for (rule, reports) in &failures {
        println!("{rule}: {} seeds", reports.len());
        for report in reports.iter().take(6) {
            let message = report.violation.as_ref().map(|v| v.message.as_str());
            println!("  {}: {}", report.setup.seed, message.unwrap_or_default());
        }
    }
    if let Some(report) = failures
        .values()
        .flatten()
        .min_by_key(|report| report.setup.seed)
    {
        panic!("{}", told(&shrink(report, run)));
    }
}

#[test]
fn one_seed_is_told_as_it_happens() {
    let seed = number("MAQUETTE_SIMULATION_SEED").unwrap_or(1);
    let keep = env::var("MAQUETTE_SIMULATION_KEEP").ok();
    let keep = keep.map(|keep| keep.split(',').filter_map(|at| at.parse().ok()).collect());
    let report = run(Setup {
        seed,
        keep,
        traced: true,
    });
    if env::var("MAQUETTE_SIMULATION_SEED").is_ok() {
        for line in &report.trace {
            println!("{line}");
        }
        assert!(report.violation.is_none(), "{}", told(&report));
    }
    assert!(!report.trace.is_empty());
}

#[test]
fn a_seed_gives_the_same_run_twice() {
    for seed in 0..20 {
        let setup = Setup {
            seed,
            keep: None,
            traced: false,
        };
        let (one, other) = (run(setup.clone()), run(setup));
        assert_eq!(
            (one.fingerprint, one.requests, &one.violation),
            (other.fingerprint, other.requests, &other.violation),
            "seed {seed}"
        );
    }
}
