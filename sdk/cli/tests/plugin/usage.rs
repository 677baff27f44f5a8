//! Exit codes, help and completion.

use crate::support::{Done, maquette, plugin};

fn run(arguments: &[&str]) -> Done {
    maquette(arguments, &[], "")
}

#[test]
fn a_wrong_command_line_is_exit_code_2_and_says_what_to_write() {
    let file = plugin().to_str().unwrap();
    for (arguments, expected) in [
        (
            &["plugin", "run", file, "dns.everything"][..],
            "dns.observe",
        ),
        (
            &["plugin", "run", file, "dns.observe", "{}"],
            "maquette plugin run --help",
        ),
        (
            &["plugin", "run", file, "dns.zones", "--config", "{"],
            "--config is not JSON",
        ),
        (
            &[
                "plugin",
                "run",
                file,
                "dns.zones",
                "--egress",
                "pdns.example.com",
            ],
            "--egress",
        ),
        (
            &[
                "plugin",
                "run",
                file,
                "dns.zones",
                "--credential",
                "api-key=canary",
            ],
            "api-key=env:VARIABLE",
        ),
        (
            &["plugin", "run", file, "dns.zones", "--timeout", "0"],
            "--timeout",
        ),
        (
            &["plugin", "run", "r.example/p", "dns.zones"],
            "names no version",
        ),
        (
            &["plugin", "push", file, "powerdns"],
            "registry.example.com/team/plugin",
        ),
        (&["plugin", "push", file, "r.example/p@sha256:12"], "sha256"),
        (
            &["plugin", "inspect", "powerdns"],
            "neither a file nor a reference",
        ),
        (&["plugin", "paint"], "paint"),
        (
            &["plugin", "push", file, "r.example/p", "--username", "me"],
            "--password-stdin",
        ),
    ] {
        let done = run(arguments);
        let told = done.failed(2);
        assert!(
            told.contains(expected) && !told.contains("canary"),
            "{arguments:?}: {done:?}"
        );
        assert_eq!(done.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_file_that_is_missing_is_exit_code_1() {
    let done = run(&[
        "plugin",
        "inspect",
        "/nowhere/at/all.wasm",
        "--output",
        "json",
    ]);
    let error: serde_json::Value = serde_json::from_str(done.failed(1)).unwrap();
    assert!(
        error["error"]
            .as_str()
            .unwrap()
            .starts_with("/nowhere/at/all.wasm cannot be read"),
        "{done:?}"
    );
}

#[test]
fn every_action_has_examples_in_its_help() {
    for action in [
        "new", "build", "check", "test", "push", "attach", "pull", "sign", "verify", "save",
        "load", "inspect", "run", "zones", "approve", "rollback",
    ] {
        let done = run(&["plugin", action, "--help"]);
        assert_eq!(done.code, Some(0));
        assert!(
            done.stdout.contains(&format!("  maquette plugin {action}")),
            "{}",
            done.stdout
        );
    }
}

#[test]
fn the_version_and_the_completion_of_each_shell_are_printed() {
    assert_eq!(
        run(&["version"]).stdout,
        format!("maquette {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(
        run(&["version", "-o", "json"]).json()["version"],
        env!("CARGO_PKG_VERSION")
    );
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = run(&["completion", shell]);
        assert!(
            done.code == Some(0) && done.stdout.contains("maquette"),
            "{shell}"
        );
    }
}
