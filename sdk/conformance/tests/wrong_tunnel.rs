//! The rules of `tunnel` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
//! and nothing else, fails that rule alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

use maquette_conformance::memory::TunnelServer;
use maquette_conformance::{Kit, Report, Subject, rules};

const TOKEN: &str = "t0ken-canary";

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tunnel-guest");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance-guest");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--release"])
        .args(["--target", "wasm32-wasip2"])
        .current_dir(&guest)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success(), "the guest does not build; see above");
    std::fs::read(target.join("wasm32-wasip2/release/tunnel_guest.wasm")).unwrap()
});

fn of_tunnel() -> Vec<&'static str> {
    let all = rules().into_iter();
    all.filter(|(interface, _)| *interface == "tunnel")
        .map(|(_, rule)| rule)
        .collect()
}

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
    assert_eq!(report.counts(), (of_tunnel().len(), 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_plugin_that_breaks_one_rule_fails_that_rule_alone() {
    let kit = Arc::new(kit().await);
    let mut runs = tokio::task::JoinSet::new();
    for rule in of_tunnel() {
        let kit = kit.clone();
        runs.spawn(async move { (rule, run(&kit, rule).await) });
    }
    let mut wrong = Vec::new();
    while let Some(done) = runs.join_next().await {
        let (rule, report) = done.unwrap();
        let failed: Vec<_> = report.failed().collect();
        if failed.iter().map(|row| row.rule).ne([rule]) {
            let rows = failed.iter();
            let rows: Vec<_> = rows
                .map(|row| format!("{}: {:?}", row.rule, row.verdict))
                .collect();
            wrong.push(format!("the fault {rule} broke {rows:#?}"));
        }
        assert!(!serde_json::to_string(&report).unwrap().contains("canary"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
