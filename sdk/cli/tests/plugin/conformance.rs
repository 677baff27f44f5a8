//! `maquette plugin test` at a server of the author's: a real PowerDNS.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Done, KEY, Pdns, maquette, plugin};

fn test(pdns: &Pdns, arguments: &[&str]) -> Done {
    let config = json!({ "url": pdns.url() }).to_string();
    let file = plugin().to_str().unwrap();
    let given = [
        "plugin",
        "test",
        file,
        "--config",
        &config,
        "--credential",
        "api-key=env:PDNS_KEY",
        "--zone",
        "preview.test",
        "--output=json",
    ];
    maquette(
        &[&given[..], arguments].concat(),
        &[("PDNS_KEY", OsStr::new(KEY))],
        "",
    )
}

fn verdicts(done: &Done) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = report["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| (text(row, "rule"), text(row, "verdict")))
        .collect()
}

#[test]
fn rules_run_at_the_authors_server_and_their_progress_is_told() {
    let done = test(
        &Pdns::start(),
        &[
            "--only",
            "deleting_what_is_absent",
            "--only",
            "creating_the_same",
        ],
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    let kept = |rule: &str| (rule.to_owned(), "kept".to_owned());
    assert_eq!(
        verdicts(&done),
        [
            kept("creating_the_same_twice_writes_once"),
            kept("deleting_what_is_absent_succeeds")
        ]
    );
    assert!(
        done.stderr
            .contains("[2/2] deleting_what_is_absent_succeeds: kept"),
        "{}",
        done.stderr
    );
}

#[test]
fn another_writer_is_a_program_and_without_one_its_rules_are_not_shown() {
    let (pdns, folder) = (Pdns::start(), tempfile::tempdir().unwrap());
    let only = ["--only", "what_nobody_owns_is_observed"];
    let without = test(&pdns, &only);
    assert!(
        without.failed(1).contains("broken or were not shown"),
        "{without:?}"
    );
    assert_eq!(verdicts(&without)[0].1, "not-shown");

    let program = folder.path().join("writer.py");
    let script = format!(
        "#!/usr/bin/env python3\nimport json, sys, urllib.request\nwish = json.load(sys.stdin)\nname = (wish.get('records') or wish)['name']\n\
         kind = (wish.get('records') or wish)['kind'].upper()\nchange = {{'name': name + '.', 'type': kind, 'changetype': 'DELETE'}}\n\
         if wish['action'] == 'put':\n    change.update(changetype='REPLACE', ttl=wish['records']['ttl'], records=[{{'content': v, 'disabled': False}} for v in wish['records']['values']])\n\
         request = urllib.request.Request('{}/api/v1/servers/localhost/zones/' + wish['zone'] + '.', method='PATCH',\n    data=json.dumps({{'rrsets': [change]}}).encode(), headers={{'X-API-Key': '{KEY}', 'Content-Type': 'application/json'}})\n\
         urllib.request.urlopen(request)\n",
        pdns.url()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let with = test(
        &pdns,
        &[&only[..], &["--other-writer", program.to_str().unwrap()]].concat(),
    );
    assert_eq!(with.code, Some(0), "{with:?}");
    assert_eq!(verdicts(&with)[0].1, "kept");
}

#[test]
fn a_rule_that_is_declared_unsupported_has_to_exist_and_is_reported_with_its_reason() {
    let pdns = Pdns::start();
    let rule = "what_appeared_meanwhile_is_not_overwritten";
    let declared = format!("{rule}=no preconditions");
    let done = test(&pdns, &["--only", rule, "--unsupported", &declared]);
    let report = done.json();
    assert_eq!(report["rows"][0]["verdict"], "unsupported");
    assert_eq!(report["rows"][0]["why"], "no preconditions");
    let done = test(&pdns, &["--unsupported", "no_such_rule=why"]);
    assert!(
        done.failed(1)
            .contains("`maquette plugin test --list` names them all"),
        "{done:?}"
    );
    let listed = maquette(&["plugin", "test", "--list"], &[], "");
    assert!(
        listed.code == Some(0) && listed.stdout.contains(rule),
        "{listed:?}"
    );
}

#[test]
fn the_kits_zones_are_for_plugins_of_zones() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.wasm");
    // A component that exports nothing.
    std::fs::write(&file, b"\0asm\x0d\0\x01\0").unwrap();
    let done = maquette(
        &["plugin", "test", file.to_str().unwrap(), "--memory"],
        &[],
        "",
    );
    assert!(
        done.failed(2).contains("does not implement `dns`"),
        "{done:?}"
    );
}
