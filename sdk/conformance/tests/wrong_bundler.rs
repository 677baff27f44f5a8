//! The rules of `bundler` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
//! and nothing else, fails that rule alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "support/wrong.rs"]
mod wrong;

use std::sync::LazyLock;

use maquette_conformance::{Kit, Report, Subject};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("bundler-guest"));

fn subject(fault: &str) -> Subject {
    // Nobody listens there.
    let config = serde_json::json!({ "url": "http://127.0.0.1:1", "fault": fault });
    Subject::new(GUEST.clone())
        .with_config(config)
        .with_credential("token", "t0ken-canary")
}

async fn run(kit: &Kit, fault: &str) -> Report {
    kit.run(&subject(fault), |_| true, |_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundler_that_keeps_every_rule_passes_and_one_that_breaks_a_rule_fails_that_rule_alone() {
    let kit = Kit::load(&subject("")).await.unwrap();
    let report = run(&kit, "").await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("bundler").len(), 0, 0));
    each_fault_breaks_its_rule_alone(
        kit,
        "bundler",
        |kit, rule| async move { run(&kit, rule).await },
    )
    .await;
}
