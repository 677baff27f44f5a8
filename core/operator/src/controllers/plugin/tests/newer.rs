//! Newer versions: taken, or held back until they are approved.

use super::*;

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
fn with_manual_approval_whoever_changes_the_version_has_approved_it() {
    let manual = |version: &str| json!({"version": version, "approval": "Manual"});
    let mut case = Case::with(&manual("~1.2"), version("1.2.0", "a"));
    case.specify(&manual("~1.3"));
    assert_eq!(
        told(&case.offer(version("1.3.0", "b"))),
        ("1.3.0", "UpToDate")
    );
    // A range that also means what runs approves nothing.
    case.specify(&manual("^1"));
    assert_eq!(
        told(&case.offer(version("1.4.0", "c"))),
        ("1.3.0", "ApprovalRequired")
    );
}

#[test]
fn a_version_that_asks_for_more_waits_with_the_difference_spelled_out() {
    let token =
        |placement: Value| json!([{"name": "token", "description": "T", "placement": placement}]);
    let bearer = token(json!({"type": "bearer"}));
    let spec = json!({"version": "1"});
    let first = asking("1.2.0", "a", &["https://a.example"], &bearer);
    let mut case = Case::with(&spec, first);
    let same = asking("1.2.1", "b", &["https://A.example:443/"], &bearer);
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
        .push("maquette:tunnel/tunnel@0.1.0".to_owned());
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
            "interface maquette:tunnel/tunnel",
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
fn a_version_that_a_provider_could_not_use_waits() {
    let mut case = Case::with(&json!({"version": "^1"}), version("1.2.0", "a"));
    let lacking = "provider corp-dns: spec.config/server: \"server\" is a required property";
    let observed = Observed {
        running: case.running.clone().map(Ok),
        offered: Ok(version("1.3.0", "b")),
        pulled_from: None,
        unfit: vec![lacking.to_owned()],
        used_by: Vec::new(),
        recalled: crate::controllers::outside::Recalled::default(),
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
