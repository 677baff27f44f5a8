//! Older versions and moved tags: refused, unless they are asked for.

use super::*;

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
