//! Which offered versions are taken, which wait, and which are refused.

use super::{Observed, install::Problem, plan::plan, status::status};
use crate::engine::Report;
use jiff::Timestamp;
use maquette_api::{Plugin, PluginStatus, condition};
use maquette_host::{Digest, InstallError, Installed, Manifest, PullError};
use serde_json::{Value, json};
use std::time::Duration;

const IMAGE: &str = "r.example/team/plugin";

/// A version of a plugin; `content` stands for its code.
fn version(version: &str, content: &str) -> Installed {
    asking(version, content, &[], &json!([]))
}

fn asking(version: &str, content: &str, hosts: &[&str], credentials: &Value) -> Installed {
    let hosts: Vec<_> = hosts.iter().map(|host| json!({"fixed": host})).collect();
    let manifest: Manifest = serde_json::from_value(json!({
        "name": "plugin", "version": version, "summary": "Tests", "configSchema": {"type": "object"},
        "credentials": credentials, "hosts": hosts,
    }))
    .unwrap();
    Installed {
        digest: Digest::of(content.as_bytes()),
        version: version.to_owned(),
        manifest,
        interfaces: vec!["maquette:plugin/dns@0.1.0".to_owned()],
        imports: vec!["maquette:plugin/log@0.1.0".to_owned()],
        size_bytes: 1,
        remembered: false,
        signed_by: Vec::new(),
    }
}

fn not_found() -> Problem {
    let reference = format!("{IMAGE}:9");
    InstallError::Pull(PullError::NotFound { reference }).into()
}

/// A Plugin as the cluster holds it, and what runs of it.
struct Case {
    plugin: Plugin,
    running: Option<Installed>,
    second: i64,
}

impl Case {
    /// Nothing runs yet.
    fn new(spec: &Value) -> Self {
        let mut case = Self {
            plugin: Plugin::new(
                "plugin",
                serde_json::from_value(json!({"image": IMAGE})).unwrap(),
            ),
            running: None,
            second: 1000,
        };
        case.specify(spec);
        case
    }

    /// This version runs.
    fn with(spec: &Value, running: Installed) -> Self {
        let mut case = Self::new(spec);
        case.offer(running);
        case
    }

    fn specify(&mut self, spec: &Value) {
        let mut whole = json!({"image": IMAGE});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        self.plugin.spec = serde_json::from_value(whole).unwrap();
        let generation = self.plugin.metadata.generation.unwrap_or_default() + 1;
        self.plugin.metadata.generation = Some(generation);
    }

    fn offer(&mut self, offered: Installed) -> PluginStatus {
        self.observe(Ok(offered)).0
    }

    fn observe(&mut self, offered: Result<Installed, Problem>) -> (PluginStatus, Vec<String>) {
        self.second += 60;
        let now = Timestamp::from_second(self.second).unwrap();
        let known = offered.as_ref().ok().cloned();
        let observed = Observed {
            running: self.running.clone().map(Ok),
            offered,
            pulled_from: None,
            unfit: Vec::new(),
        };
        let plan = plan(&self.plugin, &observed);
        let notices = plan.notices.iter().map(|notice| notice.reason.to_owned());
        let notices = notices.collect();
        let Report { status, .. } = status(&self.plugin, &observed, now);
        if let Some(known) = known.filter(|k| status.digest == Some(k.digest.to_string())) {
            self.running = Some(known);
        }
        self.plugin.status = Some(status.clone());
        (status, notices)
    }
}

/// What runs, and what the condition `UpToDate` says.
fn told(status: &PluginStatus) -> (&str, &str) {
    let news = condition::find(&status.conditions, condition::UP_TO_DATE).unwrap();
    (status.version.as_deref().unwrap_or_default(), &news.reason)
}

fn ready(status: &PluginStatus) -> bool {
    condition::holds(&status.conditions, condition::READY)
}

fn history(status: &PluginStatus) -> Vec<&str> {
    status.history.iter().map(|entry| &*entry.version).collect()
}

#[test]
fn a_newer_version_that_asks_for_nothing_more_is_taken_and_kept_in_the_history() {
    let mut case = Case::with(&json!({"version": "~1.2"}), version("1.2.0", "a"));
    let (status, notices) = case.observe(Ok(version("1.2.1", "b")));
    assert_eq!(told(&status), ("1.2.1", "UpToDate"));
    assert_eq!(
        (history(&status), notices),
        (vec!["1.2.1", "1.2.0"], vec!["UpToDate".to_owned()])
    );
    let again = case.observe(Ok(version("1.2.1", "b")));
    assert_eq!(
        again,
        (status, vec![]),
        "nothing is written while nothing changes"
    );
}

#[test]
fn with_manual_approval_every_version_waits_until_its_own_digest_is_approved() {
    let manual = |approved: &Digest| json!({"version": "~1.2", "approval": "Manual", "approvedDigest": approved.to_string()});
    let (first, second, third) = (
        version("1.2.0", "a"),
        version("1.2.1", "b"),
        version("1.2.2", "c"),
    );
    let mut case = Case::with(&manual(&first.digest), first);
    let (status, notices) = case.observe(Ok(second.clone()));
    assert_eq!(told(&status), ("1.2.0", "ApprovalRequired"));
    assert!(ready(&status), "what runs goes on");
    assert_eq!(notices, ["ApprovalRequired"]);
    assert_eq!(
        case.observe(Ok(second.clone())).1,
        [""; 0],
        "it is told once"
    );
    let pending = status.pending.unwrap();
    assert_eq!(
        (pending.digest, pending.asks_for),
        (second.digest.to_string(), vec![])
    );

    case.specify(&manual(&second.digest));
    assert_eq!(
        told(&case.offer(third.clone())),
        ("1.2.0", "ApprovalRequired")
    );
    let status = case.offer(second);
    assert_eq!(told(&status), ("1.2.1", "UpToDate"));
    assert_eq!(status.pending, None);
    assert_eq!(told(&case.offer(third)), ("1.2.1", "ApprovalRequired"));
}

#[test]
fn a_version_that_asks_for_more_waits_with_the_difference_spelled_out() {
    let token =
        |placement: Value| json!([{"name": "token", "description": "T", "placement": placement}]);
    let bearer = token(json!({"type": "bearer"}));
    let spec = json!({"version": "1"});
    let first = asking("1.2.0", "a", &["https://a.example"], &bearer);
    let mut case = Case::with(&spec, first);
    let same = asking("1.2.1", "b", &["https://a.example"], &bearer);
    assert_eq!(told(&case.offer(same)), ("1.2.1", "UpToDate"));
    let fewer = version("1.2.2", "c");
    assert_eq!(told(&case.offer(fewer.clone())), ("1.2.2", "UpToDate"));

    let connector = token(json!({"type": "connector"}));
    let mut more = asking(
        "1.3.0",
        "d",
        &["https://a.example", "https://b.example"],
        &connector,
    );
    more.interfaces
        .push("maquette:plugin/tunnel@0.1.0".to_owned());
    more.imports
        .push("maquette:plugin/dns-transport@0.1.0".to_owned());
    more.imports
        .push("wasi:http/outgoing-handler@0.2.12".to_owned());
    let status = case.offer(more.clone());
    assert_eq!(told(&status), ("1.2.2", "ApprovalRequired"));
    let asks_for = status.pending.unwrap().asks_for;
    assert_eq!(
        asks_for,
        [
            "host https://a.example",
            "host https://b.example",
            "credential token (given to the connector that it describes)",
            "interface maquette:plugin/tunnel",
            "import maquette:plugin/dns-transport",
            "import wasi:http/outgoing-handler",
        ]
    );
    // Also after a restart in which what runs cannot be loaded: then what the status says counts.
    case.running = None;
    let asks_for = case.offer(more).pending.unwrap().asks_for;
    assert_eq!(asks_for.len(), 4, "{asks_for:?}");
}

#[test]
fn a_credential_that_goes_elsewhere_is_asked_for_anew() {
    let at = |placement: &str| json!([{"name": "token", "description": "T", "placement": {"type": placement}}]);
    let mut case = Case::with(
        &json!({"version": "^1"}),
        asking("1.2.0", "a", &[], &at("bearer")),
    );
    let status = case.offer(asking("1.2.1", "b", &[], &at("connector")));
    assert_eq!(told(&status), ("1.2.0", "ApprovalRequired"));
}

#[test]
fn a_tag_that_is_moved_to_other_code_of_the_same_version_waits_for_approval() {
    let spec = json!({"version": "1.2.0"});
    let mut case = Case::with(&spec, version("1.2.0", "a"));
    let moved = version("1.2.0", "b");
    let status = case.offer(moved.clone());
    assert_eq!(told(&status), ("1.2.0", "ApprovalRequired"));
    assert_eq!(status.digest, Some(Digest::of(b"a").to_string()));
    case.specify(&json!({"version": "1.2.0", "approvedDigest": moved.digest.to_string()}));
    assert_eq!(case.offer(moved).digest, Some(Digest::of(b"b").to_string()));
}

#[test]
fn an_older_version_is_refused_whether_it_is_approved_or_not() {
    let old = version("1.1.0", "old");
    for spec in [
        json!({"version": "stable"}),
        json!({"version": "^1"}),
        json!({"version": "^1", "approvedDigest": old.digest.to_string()}),
    ] {
        let mut case = Case::with(&spec, version("1.2.0", "a"));
        let offered = Installed {
            version: if spec["version"] == "stable" {
                "stable"
            } else {
                "1.1.0"
            }
            .to_owned(),
            ..old.clone()
        };
        let (status, notices) = case.observe(Ok(offered));
        assert_eq!(told(&status), ("1.2.0", "VersionReplayed"));
        assert!(ready(&status) && status.pending.is_none());
        assert_eq!(notices, ["VersionReplayed"]);
    }
}

#[test]
fn a_tag_that_holds_another_version_than_it_says_is_refused_even_as_the_first() {
    let lying = Installed {
        version: "1.3.0".to_owned(),
        ..version("1.1.0", "old")
    };
    let mut case = Case::new(&json!({"version": "1.3.0"}));
    let status = case.offer(lying.clone());
    assert_eq!(
        (told(&status), ready(&status)),
        (("", "VersionReplayed"), false)
    );
    assert_eq!(status.digest, None);
    let mut case = Case::with(&json!({"version": "^1"}), version("1.0.0", "a"));
    assert_eq!(told(&case.offer(lying)), ("1.0.0", "VersionReplayed"));
}

#[test]
fn whoever_changes_the_version_gets_the_older_one_that_they_name() {
    for spec in [
        json!({"version": "1.1.0"}),
        json!({"version": "~1.1"}),
        json!({"digest": Digest::of(b"old").to_string()}),
    ] {
        let mut case = Case::with(&json!({"version": "^1"}), version("1.2.0", "a"));
        case.specify(&spec);
        let status = case.offer(version("1.1.0", "old"));
        assert_eq!(told(&status), ("1.1.0", "UpToDate"), "{spec}");
    }
    // A wider range names nothing older.
    let mut case = Case::with(&json!({"version": "~1.2"}), version("1.2.0", "a"));
    case.specify(&json!({"version": "^1"}));
    assert_eq!(
        told(&case.offer(version("1.1.0", "old"))),
        ("1.2.0", "VersionReplayed")
    );
}

#[test]
fn a_rollback_stays_until_it_is_taken_back() {
    let (old, new) = (version("1.2.0", "a"), version("1.3.0", "b"));
    let mut case = Case::with(&json!({"version": "^1"}), old.clone());
    case.offer(new.clone());
    case.specify(&json!({"version": "^1", "rollbackTo": old.digest.to_string()}));
    let status = case.offer(old.clone());
    assert_eq!(told(&status), ("1.2.0", "RolledBack"));
    assert!(ready(&status));
    assert_eq!(history(&status), ["1.2.0", "1.3.0"]);
    assert_eq!(told(&case.offer(old)), ("1.2.0", "RolledBack"));
    case.specify(&json!({"version": "^1"}));
    assert_eq!(told(&case.offer(new)), ("1.3.0", "UpToDate"));
}

#[test]
fn a_rollback_and_a_named_digest_need_no_approval() {
    let old = asking("1.2.0", "a", &["https://a.example"], &json!([]));
    for (spec, reason) in [
        (
            json!({"version": "^1", "approval": "Manual", "rollbackTo": old.digest.to_string()}),
            "RolledBack",
        ),
        (
            json!({"approval": "Manual", "digest": old.digest.to_string()}),
            "UpToDate",
        ),
    ] {
        let mut case = Case::with(&json!({"version": "^1"}), old.clone());
        case.offer(version("1.3.0", "b"));
        case.specify(&spec);
        assert_eq!(told(&case.offer(old.clone())), ("1.2.0", reason));
    }
}

#[test]
fn a_version_that_a_provider_could_not_use_waits() {
    let mut case = Case::with(&json!({"version": "^1"}), version("1.2.0", "a"));
    let lacking = "provider corp-dns: spec.config/server: \"server\" is a required property";
    let observed = Observed {
        running: case.running.clone().map(Ok),
        offered: Ok(version("1.3.0", "b")),
        pulled_from: None,
        unfit: vec![lacking.to_owned()],
    };
    let now = Timestamp::from_second(case.second).unwrap();
    let Report { status, .. } = status(&case.plugin, &observed, now);
    assert_eq!(told(&status), ("1.2.0", "ApprovalRequired"));
    assert_eq!(status.pending.unwrap().asks_for, [lacking]);
    // As soon as it could, it is taken.
    assert_eq!(
        told(&case.offer(version("1.3.0", "b"))),
        ("1.3.0", "UpToDate")
    );
}

#[test]
fn what_runs_goes_on_while_the_registry_offers_nothing_and_a_wrong_spec_is_told() {
    let mut case = Case::with(&json!({"version": "~1.2"}), version("1.2.0", "a"));
    let (status, _) = case.observe(Err(not_found()));
    assert_eq!(
        (told(&status), ready(&status)),
        (("1.2.0", "PluginNotFound"), true)
    );
    case.specify(&json!({"version": "~9"}));
    let (status, _) = case.observe(Err(not_found()));
    assert_eq!(
        (told(&status), ready(&status)),
        (("1.2.0", "PluginNotFound"), false)
    );
    assert_eq!(status.digest, Some(Digest::of(b"a").to_string()));
}

#[test]
fn the_registry_is_asked_again_for_what_can_move_and_only_for_that() {
    let again = |spec: &Value| {
        let case = Case::with(spec, version("1.2.0", "a"));
        let observed = Observed {
            running: case.running.clone().map(Ok),
            offered: Ok(version("1.2.0", "a")),
            pulled_from: None,
            unfit: Vec::new(),
        };
        plan(&case.plugin, &observed).again_in
    };
    assert_eq!(
        again(&json!({"version": "~1.2"})),
        Some(Duration::from_mins(5))
    );
    let own = json!({"version": "1.2.0", "intervalSeconds": 60});
    assert_eq!(again(&own), Some(Duration::from_mins(1)));
    assert_eq!(
        again(&json!({"digest": Digest::of(b"a").to_string()})),
        None
    );
}
