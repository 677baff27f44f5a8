//! `maquette plugin run --record` and `--replay`.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::bind::{self, Bind};
use crate::support::{Action, Done, KEY, Pdns, Proxy, maquette, plugin, reply, shipped};

const OURS: &str = "cluster/DNSRecord/shop/web";

fn run(url: &str, function: &str, parameters: &Value, more: &[&str], key: Option<&str>) -> Done {
    let (config, parameters) = (json!({ "url": url }).to_string(), parameters.to_string());
    let file = plugin().to_str().unwrap();
    let mut arguments = vec![
        "plugin",
        "run",
        file,
        function,
        &parameters,
        "--config",
        &config,
    ];
    arguments.extend(["--egress", url, "--output=json", "--timeout=10"]);
    arguments.extend(more);
    if key.is_some() {
        arguments.extend(["--credential", "api-key=env:PDNS_KEY"]);
    }
    maquette(
        &arguments,
        &[("PDNS_KEY", OsStr::new(key.unwrap_or_default()))],
        "",
    )
}

fn record(url: &str, function: &str, parameters: &Value, file: &Path) -> Done {
    run(
        url,
        function,
        parameters,
        &["--record", file.to_str().unwrap()],
        Some(KEY),
    )
}

fn replay(url: &str, function: &str, parameters: &Value, file: &Path) -> Done {
    run(
        url,
        function,
        parameters,
        &["--replay", file.to_str().unwrap()],
        None,
    )
}

fn create() -> Value {
    let records =
        json!({ "name": "a.preview.test", "kind": "a", "ttl": 60, "values": ["192.0.2.1"] });
    json!({ "zone": "preview.test", "changes": [{ "create": { "records": records, "owner": OURS } }] })
}

#[test]
fn what_was_recorded_is_replayed_without_server_and_credential() {
    let (folder, pdns) = (tempfile::tempdir().unwrap(), Pdns::start());
    let (file, url) = (folder.path().join("apply.json"), pdns.url());
    let recorded = record(&url, "dns.apply", &create(), &file).json();
    drop(pdns);
    assert_eq!(replay(&url, "dns.apply", &create(), &file).json(), recorded);
}

#[test]
fn no_credential_is_in_a_recording_and_it_says_where_one_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("echo.json");
    // A server that gives back what it was sent, in the body and in a header, and hands out a token of its own.
    let header: &'static str = format!("X-Echo: {KEY}\r\nSet-Cookie: session=canary\r\n").leak();
    let body = json!([{ "name": KEY, "id": "x", "access_token": "canary" }]);
    let server = Proxy::start(1, move |_| reply(200, header, body.to_string()));
    record(&server.url(), "dns.zones", &json!({}), &file);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains(KEY) && !text.contains("canary"), "{text}");
    let written: Value = serde_json::from_str(&text).unwrap();
    let question = &written["exchanges"][0]["question"]["http"];
    assert_eq!(question["headers"]["x-api-key"], "<credential api-key>");
    assert_eq!(
        written["exchanges"][0]["answer"]["http"]["headers"]["set-cookie"],
        "<removed>"
    );
}

#[test]
fn a_request_that_was_not_recorded_is_named_and_not_sent() {
    let (folder, pdns) = (tempfile::tempdir().unwrap(), Pdns::start());
    let file = folder.path().join("zones.json");
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    record(&proxy.url(), "dns.zones", &json!({}), &file).json();
    let before = proxy.requests().len();
    let look = json!({ "zone": "preview.test", "names": ["a.preview.test"] });
    let done = replay(&proxy.url(), "dns.observe", &look, &file);
    let told = done.failed(1);
    assert!(
        told.contains("the recording has no request `GET") && told.contains("preview.test"),
        "{told}"
    );
    assert_eq!(proxy.requests().len(), before);
    assert!(told.contains("Recorded, and not asked for: GET"), "{told}");
}

#[test]
fn a_file_that_is_no_recording_is_told_so_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.json");
    std::fs::write(&file, "{}").unwrap();
    let done = replay("http://127.0.0.1:1", "dns.zones", &json!({}), &file);
    assert!(
        done.failed(1)
            .contains("is no recording; make one with --record"),
        "{done:?}"
    );
}

#[test]
fn dns_messages_are_recorded_without_their_key_and_replayed_without_a_server() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Bind::start());
    let (plugin, url) = (shipped("rfc2136"), server.url());
    let config = json!({ "server": url, "zones": [bind::ZONE] }).to_string();
    let file = folder.path().join("apply.json");
    let call = |more: &[&str]| {
        let create = create().to_string();
        let arguments = [
            "plugin",
            "run",
            plugin.to_str().unwrap(),
            "dns.apply",
            &create,
            "--config",
            &config,
        ];
        let arguments = [
            &arguments[..],
            &["--egress", &url, "--output=json", "--timeout=10"],
            more,
        ]
        .concat();
        maquette(&arguments, &[("DNS_KEY", OsStr::new(bind::KEY))], "")
    };
    let path = file.to_str().unwrap();
    let recorded = call(&["--credential", "key=env:DNS_KEY", "--record", path]).json();
    assert!(!server.stored("a.preview.test").is_empty());
    let text = std::fs::read_to_string(&file).unwrap();
    let secret = bind::KEY.rsplit(':').next().unwrap();
    assert!(
        !text.contains(secret) && text.contains("\"key\": \"key\""),
        "{text}"
    );
    drop(server);
    assert_eq!(call(&["--replay", path]).json(), recorded);
}
