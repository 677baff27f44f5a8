//! What the command grants to a plugin, and what it does not.

use std::ffi::OsStr;

use serde_json::json;

use crate::support::{Action, Done, KEY, Pdns, Proxy, maquette, plugin, reply};

fn zones(url: &str, more: &[&str], key: &str) -> Done {
    let config = json!({ "url": url }).to_string();
    let mut arguments = vec![
        "plugin",
        "run",
        plugin().to_str().unwrap(),
        "dns.zones",
        "--config",
        &config,
        "--timeout",
        "10",
    ];
    arguments.extend(more);
    maquette(&arguments, &[("PDNS_KEY", OsStr::new(key))], "")
}

#[test]
fn a_server_that_is_not_granted_is_not_asked_and_the_option_is_named() {
    let proxy = Proxy::start(1, |_| Action::Hang);
    let done = zones(&proxy.url(), &["--credential", "api-key=env:PDNS_KEY"], KEY);
    assert!(
        done.failed(1)
            .contains(&format!("--egress {}", proxy.url())),
        "{done:?}"
    );
    assert_eq!(proxy.requests(), [""; 0]);
}

#[test]
fn a_credential_that_is_missing_is_named() {
    let proxy = Proxy::start(1, |_| Action::Hang);
    let done = zones(&proxy.url(), &["--egress", &proxy.url()], KEY);
    assert!(
        done.failed(1).contains("--credential api-key=env:VARIABLE"),
        "{done:?}"
    );
    assert_eq!(proxy.requests(), [""; 0]);
}

#[test]
fn a_wrong_credential_is_reported_and_not_shown() {
    let pdns = Pdns::start();
    let done = zones(
        &pdns.url(),
        &[
            "--credential",
            "api-key=env:PDNS_KEY",
            "--egress",
            &pdns.url(),
        ],
        "wrong-canary",
    );
    assert!(
        done.failed(1).contains("does not accept the credential"),
        "{done:?}"
    );
    assert!(
        !done.stderr.contains("canary") && !done.stdout.contains("canary"),
        "{done:?}"
    );
}

#[test]
fn a_credential_comes_from_a_file_without_its_final_line_break() {
    let pdns = Pdns::start();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{KEY}\n")).unwrap();
    let credential = format!("api-key=file:{}", file.path().display());
    let done = zones(
        &pdns.url(),
        &[
            "--credential",
            &credential,
            "--egress",
            &pdns.url(),
            "--output=json",
        ],
        "",
    );
    assert_eq!(done.json()[0]["name"], "preview.test");
}

#[test]
fn a_server_that_echoes_the_credential_does_not_get_it_into_the_output() {
    let echo = Proxy::start(1, |_| reply(403, "", format!("your key is {KEY}")));
    let done = zones(
        &echo.url(),
        &[
            "--credential",
            "api-key=env:PDNS_KEY",
            "--egress",
            &echo.url(),
        ],
        KEY,
    );
    assert!(
        done.failed(1).contains("your key is") && !done.stderr.contains(KEY),
        "{done:?}"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Proxy::start(1, |_| Action::Hang);
    let location: &'static str = format!("Location: {}/stolen\r\n", elsewhere.url()).leak();
    let server = Proxy::start(1, move |_| reply(302, location, ""));
    let done = zones(
        &server.url(),
        &[
            "--credential",
            "api-key=env:PDNS_KEY",
            "--egress",
            &server.url(),
        ],
        KEY,
    );
    assert!(done.failed(1).contains("302"), "{done:?}");
    assert_eq!(elsewhere.requests(), [""; 0]);
}

#[test]
fn a_configuration_that_does_not_fit_the_schema_is_refused_with_its_path() {
    let credential = ["--credential", "api-key=env:PDNS_KEY"];
    let done = zones("pdns.example.com", &credential, KEY);
    assert!(done.failed(1).contains("config/url"), "{done:?}");
}
