//! The kit's own tests: a plugin that keeps every rule passes, and for every rule a plugin that breaks it, and nothing
//! else, fails that rule alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "support/wrong.rs"]
mod wrong;

use std::sync::LazyLock;

use maquette_conformance::memory::DnsServer;
use maquette_conformance::{Kit, Report, Subject, Verdict};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

const ZONE: &str = "preview.test";

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("guest"));

/// The rules against the guest with this fault, at a server of its own.
async fn run(kit: &Kit, fault: &str) -> Report {
    let server = DnsServer::start(ZONE, "t0ken-canary").await.unwrap();
    let subject = subject(&server, fault);
    kit.run(&subject, |_| true, |_| {}).await.unwrap()
}

fn subject(server: &DnsServer, fault: &str) -> Subject {
    Subject::new(GUEST.clone())
        .with_config(serde_json::json!({ "url": server.url(), "fault": fault }))
        .with_credential("token", "t0ken-canary")
        .with_zone(ZONE)
        .with_other_writer(server.other_writer())
}

async fn kit() -> Kit {
    let server = DnsServer::start(ZONE, "t0ken-canary").await.unwrap();
    Kit::load(&subject(&server, "")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_keeps_every_rule_passes_all_of_them() {
    let report = run(&kit().await, "").await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("dns").len(), 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_breaks_one_rule_fails_that_rule_alone() {
    each_fault_breaks_its_rule_alone(kit().await, "dns", |kit, rule| async move {
        run(&kit, rule).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declared_unsupported_is_reported_and_not_tried() {
    let server = DnsServer::start(ZONE, "t0ken-canary").await.unwrap();
    let rule = "creating_over_ones_own_is_a_conflict";
    let subject = subject(&server, rule).unsupported(rule, "the server knows no conditions");
    let kit = Kit::load(&subject).await.unwrap();
    let report = kit
        .run(&subject, |name| name == rule, |_| {})
        .await
        .unwrap();
    assert!(report.is_conformant(), "{}", report.text());
    assert_eq!(
        report.rows[0].verdict,
        Verdict::Unsupported("the server knows no conditions".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_for_a_rule_that_does_not_exist_is_refused() {
    let server = DnsServer::start(ZONE, "t0ken-canary").await.unwrap();
    let subject = subject(&server, "").unsupported("everything", "too hard");
    let kit = Kit::load(&subject).await.unwrap();
    let refused = kit
        .run(&subject, |_| true, |_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("`everything`"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_needs_another_writer_is_not_shown_without_one() {
    let server = DnsServer::start(ZONE, "t0ken-canary").await.unwrap();
    let subject = Subject::new(GUEST.clone())
        .with_config(serde_json::json!({ "url": server.url() }))
        .with_credential("token", "t0ken-canary")
        .with_zone(ZONE);
    let kit = Kit::load(&subject).await.unwrap();
    let rule = "what_nobody_owns_is_observed_without_an_owner";
    let report = kit
        .run(&subject, |name| name == rule, |_| {})
        .await
        .unwrap();
    assert!(!report.is_conformant());
    assert!(
        matches!(&report.rows[0].verdict, Verdict::NotShown(why) if why.contains("past the plugin")),
        "{report:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_never_in_the_report() {
    let report = run(&kit().await, "a_wrong_credential_is_unauthorized").await;
    assert!(!serde_json::to_string(&report).unwrap().contains("canary"));
}
