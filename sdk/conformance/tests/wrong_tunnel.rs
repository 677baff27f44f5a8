//! The rules of `tunnel` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
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

use maquette_conformance::memory::TunnelServer;
use maquette_conformance::{Kit, Report, Subject};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

const TOKEN: &str = "t0ken-canary";

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("tunnel-guest"));

fn subject(server: &TunnelServer, fault: &str) -> Subject {
    Subject::new(GUEST.clone())
        .with_config(serde_json::json!({ "url": server.url(), "fault": fault }))
        .with_credential("token", TOKEN)
        .with_tunnels(server.target())
}

/// The rules against the guest with this fault, at a registry of its own.
async fn run(kit: &Kit, fault: &str) -> Report {
    let server = TunnelServer::start(TOKEN).await.unwrap();
    let subject = subject(&server, fault);
    kit.run(&subject, |_| true, |_| {}).await.unwrap()
}

async fn kit() -> Kit {
    let server = TunnelServer::start(TOKEN).await.unwrap();
    Kit::load(&subject(&server, "")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_plugin_that_keeps_every_rule_passes_all_of_them() {
    let report = run(&kit().await, "").await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("tunnel").len(), 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_plugin_that_breaks_one_rule_fails_that_rule_alone() {
    each_fault_breaks_its_rule_alone(kit().await, "tunnel", |kit, rule| async move {
        run(&kit, rule).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_somebody_who_acts_past_the_plugin_is_not_shown_without_him() {
    let server = TunnelServer::start(TOKEN).await.unwrap();
    let mut target = server.target();
    target.hand = None;
    let subject = subject(&server, "").with_tunnels(target);
    let kit = Kit::load(&subject).await.unwrap();
    let rule = "a_tunnel_without_a_mark_is_not_taken";
    let report = kit
        .run(&subject, |name| name == rule, |_| {})
        .await
        .unwrap();
    assert!(!report.is_conformant(), "{}", report.text());
    assert!(report.text().contains("not shown"), "{}", report.text());
}
