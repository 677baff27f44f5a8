//! The rules of `delivery` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
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

use maquette_conformance::delivery::EngineTarget;
use maquette_conformance::memory::RegistryServer;
use maquette_conformance::{Kit, Report, Subject, Verdict};
use serde_json::{Value, json};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("delivery-guest"));

/// What the guest's engine writes into both of its objects.
fn engine() -> Value {
    let written = |phase: &str| {
        json!([
            { "at": "/status/observedGeneration", "from": "/metadata/generation" },
            { "at": "/status/phase", "is": phase },
            { "at": "/status/revision", "is": "1.2.0" },
        ])
    };
    let object = |kind: &str| {
        json!({
            "kind": kind, "healthy": written("Ready"), "progressing": written("Working"),
            "degraded": written("Failed"), "suspended": written("Paused"), "unknown": written("Unknown"),
        })
    };
    json!({ "objects": [object("Repository"), object("Release")], "revision": "1.2.0" })
}

fn target(engine: Value) -> EngineTarget {
    serde_json::from_value(engine).unwrap()
}

fn subject(server: &str, fault: &str) -> Subject {
    Subject::new(GUEST.clone())
        .with_config(json!({ "url": server, "fault": fault }))
        .with_credential("token", "t0ken-canary")
        .with_engine(target(engine()))
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
async fn a_delivery_plugin_that_keeps_every_rule_passes_and_one_that_breaks_a_rule_fails_it_alone()
{
    let server = server().await;
    let url = server.url();
    let kit = Kit::load(&subject(&url, "")).await.unwrap();
    let report = run(&kit, &url, "").await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("delivery").len(), 0, 0));
    each_fault_breaks_its_rule_alone(kit, "delivery", move |kit, rule| {
        let url = url.clone();
        async move { run(&kit, &url, rule).await }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_the_engine_is_not_told_to_have_is_not_shown() {
    let rule = "what_was_stopped_on_purpose_is_suspended";
    let mut engine = engine();
    for object in engine["objects"].as_array_mut().unwrap() {
        object["suspended"] = Value::Null;
    }
    let server = server().await;
    let subject = subject(&server.url(), "").with_engine(target(engine));
    let kit = Kit::load(&subject).await.unwrap();
    let report = kit
        .run(&subject, |name| name == rule, |_| {})
        .await
        .unwrap();
    assert!(
        matches!(&report.rows[0].verdict, Verdict::NotShown(why) if why.contains("give `suspended`")),
        "{}",
        report.text()
    );
}
