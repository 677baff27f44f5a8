//! The rules of `builder` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
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

use maquette_conformance::builder::BuilderTarget;
use maquette_conformance::memory::RegistryServer;
use maquette_conformance::{Kit, Report, Subject};
use serde_json::{Value, json};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("builder-guest"));

fn config(server: &str, fault: &str, image: &str) -> Value {
    json!({ "url": server, "image": image, "fault": fault })
}

fn known(server: &str, fault: &str) -> BuilderTarget {
    let digest = format!("sha256:{}", "1b".repeat(32));
    let container = |name: &str, code: Option<i32>, said: &str, log: &str| json!({ "name": name, "exit-code": code, "termination-message": said, "log-tail": log });
    let cloned = container("clone", Some(0), "", "");
    let failed =
        |log: &str| json!({ "containers": [cloned, container("build", Some(1), "", log)] });
    let success = json!({ "containers": [cloned, container("build", Some(0), &digest, "")] });
    let not_cloned = json!({ "containers": [
        container("clone", Some(1), "", "error: no such revision"), container("build", None, "", ""),
    ] });
    serde_json::from_value(json!({
        "other-config": config(server, fault, "builder:2"),
        "succeeded": { "ending": success, "digest": digest },
        "no-revision": not_cloned,
        "no-dockerfile": failed("error: no such Dockerfile"),
    }))
    .unwrap()
}

fn subject(server: &str, fault: &str) -> Subject {
    Subject::new(GUEST.clone())
        .with_config(config(server, fault, "builder:1"))
        .with_credential("token", "t0ken-canary")
        .with_builder(known(server, fault))
}

async fn run(kit: &Kit, server: &str, fault: &str) -> Report {
    let subject = subject(server, fault);
    kit.run(&subject, |_| true, |_| {}).await.unwrap()
}

/// A server that nobody should ask.
async fn server() -> RegistryServer {
    RegistryServer::start("any").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_builder_that_keeps_every_rule_passes_and_one_that_breaks_a_rule_fails_that_rule_alone() {
    let server = server().await;
    let url = server.url();
    let kit = Kit::load(&subject(&url, "")).await.unwrap();
    let report = run(&kit, &url, "").await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("builder").len(), 0, 0));
    each_fault_breaks_its_rule_alone(kit, "builder", move |kit, rule| {
        let url = url.clone();
        async move { run(&kit, &url, rule).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_kit_is_not_told_of_a_builder_is_not_shown_unless_it_is_declared_unsupported() {
    let rules = [
        ("another_configuration_changes_the_identity", "other-config"),
        (
            "a_success_names_the_image_at_every_destination",
            "succeeded",
        ),
        (
            "a_revision_that_is_not_there_is_the_authors_fault",
            "no-revision",
        ),
        (
            "a_dockerfile_that_is_not_there_is_the_authors_fault",
            "no-dockerfile",
        ),
    ];
    let server = server().await;
    let untold = subject(&server.url(), "").with_builder(BuilderTarget::default());
    let kit = Kit::load(&untold).await.unwrap();
    let wanted = |name: &str| rules.iter().any(|(rule, _)| *rule == name);
    let report = kit.run(&untold, wanted, |_| {}).await.unwrap();
    assert_eq!(report.counts(), (0, rules.len(), 0), "{}", report.text());
    for (rule, field) in rules {
        let row = report.rows.iter().find(|row| row.rule == rule).unwrap();
        let why = format!("{:?}", row.verdict);
        assert!(
            why.contains("NotShown") && why.contains(&format!("`{field}`")),
            "{why}"
        );
    }
    let declare = |subject: Subject, (rule, _): &(&str, &str)| subject.unsupported(rule, "none");
    let declared = rules.iter().fold(untold, declare);
    let report = kit.run(&declared, wanted, |_| {}).await.unwrap();
    assert_eq!(report.counts(), (0, 0, rules.len()), "{}", report.text());
}
