//! The rules of `source` themselves: a plugin that keeps every one passes, and for every rule a plugin that breaks it,
//! and nothing else, fails that rule alone among those of the same functions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "support/wrong.rs"]
mod wrong;

use std::sync::LazyLock;

use maquette_conformance::memory::ForgeServer;
use maquette_conformance::{Kit, Report, Subject};
use wrong::{build, each_fault_breaks_its_rule_alone, rules_of};

const TOKEN: &str = "t0ken-canary";
const KEY: &str = "k3y-canary";

/// The guest component. Built once per run.
static GUEST: LazyLock<Vec<u8>> = LazyLock::new(|| build("source-guest"));

async fn forge() -> ForgeServer {
    ForgeServer::start(TOKEN, KEY).await.unwrap()
}

fn subject(forge: &ForgeServer, fault: &str) -> Subject {
    Subject::new(GUEST.clone())
        .with_config(serde_json::json!({ "url": forge.url(), "fault": fault }))
        .with_credential("token", TOKEN)
        .with_credential("webhook", KEY)
        .with_source(forge.target())
}

/// The first rule of each group that is about functions of its own. All rules for each fault would take a minute.
const GROUPS: [&str; 7] = [
    "changes_are_listed_to_their_end",
    "a_branch_is_resolved_to_its_commit",
    "branches_are_listed_to_their_end",
    "a_status_is_written_as_it_was_asked_for",
    "a_comment_is_written_with_its_text",
    "a_webhook_becomes_its_hint",
    "reading_a_forge_writes_nothing",
];

/// The rules of this one's group.
fn group(rule: &str) -> Vec<&'static str> {
    let all = rules_of("source");
    let starts = |rule: &&str| GROUPS.contains(rule);
    let mut groups = all.chunk_by(|_, next| !starts(next));
    groups.find(|group| group.contains(&rule)).unwrap().to_vec()
}

/// The rules against the guest with this fault, at a forge of its own.
async fn run(kit: &Kit, fault: &str, wanted: impl Fn(&str) -> bool) -> Report {
    let forge = forge().await;
    let subject = subject(&forge, fault);
    kit.run(&subject, wanted, |_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_plugin_that_keeps_every_rule_passes_and_one_that_breaks_a_rule_fails_that_rule_alone()
 {
    let kit = Kit::load(&subject(&forge().await, "")).await.unwrap();
    let report = run(&kit, "", |_| true).await;
    report.assert_conformant();
    assert_eq!(report.counts(), (rules_of("source").len(), 0, 0));
    each_fault_breaks_its_rule_alone(kit, "source", |kit, rule| async move {
        let group = group(rule);
        run(&kit, rule, |rule| group.contains(&rule)).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_sees_at_the_forge_is_not_shown() {
    let forge = forge().await;
    let mut target = forge.target();
    (target.hand, target.webhook) = (None, None);
    let subject = subject(&forge, "").with_source(target);
    let kit = Kit::load(&subject).await.unwrap();
    for rule in [
        "a_status_is_written_as_it_was_asked_for",
        "a_webhook_becomes_its_hint",
    ] {
        let report = kit.run(&subject, |name| name == rule, |_| {}).await;
        let report = report.unwrap();
        assert!(!report.is_conformant(), "{}", report.text());
        assert!(report.text().contains("NOT SHOWN"), "{}", report.text());
    }
}
