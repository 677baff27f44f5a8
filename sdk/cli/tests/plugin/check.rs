//! `maquette plugin check`.

use crate::support::{Done, Registry, maquette, plugin};

fn check(arguments: &[&str]) -> Done {
    maquette(&[&["plugin", "check"], arguments].concat(), &[], "")
}

#[test]
fn a_plugin_is_checked_as_a_file_and_as_an_artifact() {
    let (registry, file) = (Registry::open(), plugin().to_str().unwrap());
    let push = [
        "plugin",
        "push",
        file,
        &registry.repository(),
        "--output=json",
    ];
    let pushed = maquette(&push, &[], "").json();
    let reference = pushed["reference"].as_str().unwrap();
    let (by_file, by_reference) = (
        check(&[file, "-o", "json"]),
        check(&[reference, "-o", "json"]),
    );
    let (by_file, by_reference) = (by_file.json(), by_reference.json());
    assert_eq!(by_file["findings"], by_reference["findings"]);
    assert_eq!(by_reference["digest"], pushed["digest"]);
    assert_eq!(by_file["drafts"], serde_json::json!([]));
}

#[test]
fn people_read_what_it_asks_for_and_what_is_missing() {
    let done = check(&[plugin().to_str().unwrap()]);
    assert_eq!(done.code, Some(0), "{done:?}");
    for line in ["Implements  maquette:dns/dns@0.1.0", "The operator runs it"] {
        assert!(done.stdout.contains(line), "{}", done.stdout);
    }
}

#[test]
fn what_the_operator_would_refuse_is_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.wasm");
    // A component that exports nothing.
    std::fs::write(&file, b"\0asm\x0d\0\x01\0").unwrap();
    let done = check(&[file.to_str().unwrap()]);
    assert!(done.failed(1).contains("no provider interface"), "{done:?}");
}
