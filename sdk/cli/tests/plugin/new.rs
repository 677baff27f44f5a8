//! `maquette plugin new`: every project is fit as it is.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Done, maquette, repository};

/// One for all projects, so that the SDK is compiled once.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

fn new(folder: &Path, name: &str, interface: &str) -> Done {
    let (path, sdk) = (folder.join(name), repository());
    let (path, sdk) = (path.to_str().unwrap(), sdk.to_str().unwrap());
    let arguments = [
        "plugin",
        "new",
        name,
        "--interface",
        interface,
        "--path",
        path,
    ];
    maquette(
        &[&arguments[..], &["--sdk", sdk, "--output=json"]].concat(),
        &[],
        "",
    )
}

fn cargo(project: &Path, arguments: &[&str]) -> String {
    let done = Command::new("cargo")
        .args(arguments)
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "cargo {arguments:?}: {told}");
    told
}

/// The plugin that the project becomes.
pub(crate) fn build(project: &Path) -> PathBuf {
    let arguments = [
        "plugin",
        "build",
        project.to_str().unwrap(),
        "--output=json",
    ];
    let target = target();
    let done = maquette(&arguments, &[("CARGO_TARGET_DIR", target.as_os_str())], "");
    done.json()["path"].as_str().unwrap().into()
}

/// A project of this interface, tested, without lints, and built.
fn fit(name: &str, interface: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let made = new(folder.path(), name, interface).json();
    assert_eq!(made["interface"], interface);
    let project = folder.path().join(name);
    let told = cargo(&project, &["test"]);
    assert!(
        told.contains("passed") && !told.contains("warning"),
        "{told}"
    );
    assert!(!told.contains("0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n   Doc-tests"), "{told}");
    cargo(
        &project,
        &["clippy", "--all-targets", "--", "-D", "warnings"],
    );
    cargo(&project, &["fmt", "--check"]);
    let plugin = build(&project);
    let checked = maquette(
        &["plugin", "check", plugin.to_str().unwrap(), "--output=json"],
        &[],
        "",
    );
    let checked = checked.json();
    assert_eq!(checked["name"], name);
    assert_eq!(checked["interfaces"][0], implemented(interface));
    let draft = checked["drafts"].as_array().unwrap();
    assert_eq!(
        draft.iter().any(|name| *name == implemented(interface)),
        implemented(interface).ends_with("@0.0.1")
    );
    let found = checked["findings"].as_array().unwrap();
    let places: Vec<_> = found
        .iter()
        .map(|finding| finding["place"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["docsUrl"], "{checked}");
    plugin
}

/// An interface as a component of it exports it.
fn implemented(interface: &str) -> String {
    let version = match interface {
        "dns" | "tunnel" | "registry" => "0.1.0",
        _ => "0.0.1",
    };
    format!("maquette:{interface}/{interface}@{version}")
}

#[test]
fn a_dns_project_is_fit_and_keeps_every_rule_of_the_conformance_kit() {
    let plugin = fit("new-dns", "dns");
    keeps_every_rule(&plugin, &["--memory"], 46);
}

/// Rules and what came of them.
fn verdicts(plugin: &Path, options: &[&str]) -> Vec<(String, String)> {
    let arguments = [
        &["plugin", "test", plugin.to_str().unwrap(), "--output=json"],
        options,
    ]
    .concat();
    let report = maquette(&arguments, &[("TOKEN", OsStr::new("any"))], "").json();
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "rule"), text(row, "verdict")))
        .collect()
}

/// Also those of which the kit needs nothing more.
fn keeps_every_rule(plugin: &Path, options: &[&str], at_least: usize) {
    let verdicts = verdicts(plugin, options);
    assert!(verdicts.len() >= at_least, "{}", verdicts.len());
    for (rule, verdict) in verdicts {
        assert_eq!(verdict, "kept", "{rule}");
    }
}

#[test]
fn a_tunnel_project_is_fit_and_keeps_every_rule_of_the_conformance_kit() {
    let plugin = fit("new-tunnel", "tunnel");
    let config = r#"{"relay": "relay.example.com:7000", "edge": "edge.example.com", "image": "registry.example.com/connector:1"}"#;
    keeps_every_rule(
        &plugin,
        &["--credential", "token=env:TOKEN", "--config", config],
        29,
    );
}

#[test]
fn a_registry_project_is_fit() {
    fit("new-registry", "registry");
}

/// Deployments are what its forge has not.
#[test]
fn a_source_project_is_fit_and_keeps_every_rule_but_those_of_deployments() {
    let plugin = fit("new-source", "source");
    let rules = [
        "a_deployment_is_written_as_it_was_asked_for",
        "the_same_deployment_again_writes_nothing",
        "a_deployment_goes_on_in_its_environment",
        "a_deleted_deployment_runs_nowhere",
        "deleting_a_deployment_that_is_absent_succeeds",
    ];
    // The manifest says so: nothing has to be declared.
    let verdicts = verdicts(&plugin, &["--memory"]);
    assert!(verdicts.len() >= 68, "{}", verdicts.len());
    for (rule, verdict) in verdicts {
        let expected = if rules.contains(&rule.as_str()) {
            "unsupported"
        } else {
            "kept"
        };
        assert_eq!(verdict, expected, "{rule}");
    }
}

/// A file of the template, which the project has as well.
fn given(interface: &str, file: &str) -> String {
    let templates = repository().join("sdk/cli/templates");
    let path = templates.join(interface).join(file);
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_builder_project_is_fit_and_keeps_every_rule_of_the_conformance_kit() {
    let plugin = fit("new-builder", "builder");
    let builds = given("builder", "builds.json");
    keeps_every_rule(&plugin, &["--builds", &builds], 28);
}

#[test]
fn a_bundler_project_is_fit_and_keeps_every_rule_of_the_conformance_kit() {
    let plugin = fit("new-bundler", "bundler");
    keeps_every_rule(&plugin, &[], 24);
}

#[test]
fn a_delivery_project_is_fit_and_keeps_every_rule_of_the_conformance_kit() {
    let plugin = fit("new-delivery", "delivery");
    let engine = given("delivery", "engine.json");
    keeps_every_rule(&plugin, &["--engine", &engine], 28);
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/notes"), "x").unwrap();
    let done = new(folder.path(), "mine", "dns");
    assert!(done.failed(1).contains("--path"), "{done:?}");
    let entries = std::fs::read_dir(folder.path().join("mine")).unwrap();
    assert_eq!(entries.count(), 1);
}

#[test]
fn a_name_or_a_checkout_that_cannot_be_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    for (name, sdk, expected) in [
        ("My_Dns", repository(), "lower case letters"),
        ("test", repository(), "my-test"),
        ("mydns", folder.path().to_owned(), "no checkout of Maquette"),
    ] {
        let arguments = [
            OsStr::new("plugin"),
            OsStr::new("new"),
            OsStr::new(name),
            OsStr::new("--interface=dns"),
            OsStr::new("--sdk"),
            sdk.as_os_str(),
            OsStr::new("--path"),
            path.as_os_str(),
        ];
        let done = maquette(&arguments, &[], "");
        assert!(done.failed(2).contains(expected), "{done:?}");
    }
    assert!(!path.exists());
}
