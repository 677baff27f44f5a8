//! `maquette plugin run`: the component in the sandbox, against a real PowerDNS server.

use std::ffi::OsStr;

use serde_json::{Value, json};

use crate::support::{Action, Done, KEY, Pdns, Proxy, Registry, maquette, plugin, reply};

const NAME: &str = "a.preview.test";
const OURS: &str = "cluster/DNSRecord/shop/web";

/// Calls a function of the plugin with everything granted that it needs.
pub(crate) fn call(plugin: &str, url: &str, function: &str, parameters: &Value) -> Done {
    let (config, parameters) = (json!({ "url": url }).to_string(), parameters.to_string());
    let arguments = [
        "plugin",
        "run",
        plugin,
        function,
        &parameters,
        "--config",
        &config,
        "--credential",
        "api-key=env:PDNS_KEY",
        "--egress",
        url,
        "--output",
        "json",
        "--timeout",
        "10",
    ];
    maquette(&arguments, &[("PDNS_KEY", OsStr::new(KEY))], "")
}

fn run(url: &str, function: &str, parameters: &Value) -> Done {
    call(plugin().to_str().unwrap(), url, function, parameters)
}

fn apply(url: &str, changes: &Value) -> Done {
    run(
        url,
        "dns.apply",
        &json!({ "zone": "preview.test", "changes": changes }),
    )
}

fn observe(url: &str, names: &[&str]) -> Value {
    run(
        url,
        "dns.observe",
        &json!({ "zone": "preview.test", "names": names }),
    )
    .json()
}

fn a(name: &str, value: &str) -> Value {
    json!({ "name": name, "kind": "a", "ttl": 60, "values": [value] })
}

fn create(name: &str, value: &str, owner: &str) -> Value {
    json!({ "create": { "records": a(name, value), "owner": owner } })
}

#[test]
fn a_record_set_is_created_replaced_and_deleted_in_the_sandbox() {
    let pdns = Pdns::start();
    let url = pdns.url();
    assert_eq!(
        run(&url, "dns.zones", &json!({})).json(),
        json!([{ "name": "preview.test", "id": "preview.test." }])
    );

    let outcome = apply(&url, &json!([create(NAME, "192.0.2.1", OURS)])).json();
    let etag = outcome[0]["etag"].clone();
    let seen = json!([{ "records": a(NAME, "192.0.2.1"), "owner": OURS, "etag": etag }]);
    assert_eq!(observe(&url, &[NAME]), seen);
    assert_eq!(
        run(
            &url,
            "dns.list-owned",
            &json!({ "zone": "preview.test", "owner-prefix": "cluster/" })
        )
        .json(),
        json!({ "items": seen, "next": null })
    );
    assert_eq!(
        run(
            &url,
            "dns.normalize",
            &json!({ "records": [a("A.Preview.Test.", "192.0.2.1")] })
        )
        .json(),
        json!([a(NAME, "192.0.2.1")])
    );

    let change =
        json!([{ "replace": { "records": a(NAME, "192.0.2.2"), "owner": OURS, "expect": etag } }]);
    assert_ne!(apply(&url, &change).json()[0]["etag"], etag);
    assert_eq!(
        pdns.stored(NAME)[0]["records"],
        json!([{ "content": "192.0.2.2", "disabled": false }])
    );

    let change = json!([{ "delete": { "name": NAME, "kind": "a", "owner": OURS } }]);
    assert_eq!(apply(&url, &change).json(), json!([{ "etag": "" }]));
    assert_eq!(observe(&url, &[NAME]), json!([]));
}

#[test]
fn each_change_has_its_outcome_and_the_exit_code_tells_that_one_failed() {
    let pdns = Pdns::start();
    apply(&pdns.url(), &json!([create(NAME, "192.0.2.1", "another")])).json();
    let bad = json!({ "create": { "records": { "name": "b.preview.test", "kind": "aaaa", "ttl": 60, "values": ["::ffff:192.0.2.1"] }, "owner": OURS } });
    let changes = json!([
        create(NAME, "192.0.2.2", OURS),
        bad,
        create("c.preview.test", "192.0.2.3", OURS),
        create("c.other.test", "192.0.2.3", OURS)
    ]);
    let done = apply(&pdns.url(), &changes);
    assert!(
        done.failed(1).contains("3 of the changes were not made"),
        "{done:?}"
    );
    let outcomes: Value = serde_json::from_str(&done.stdout).unwrap();
    let kinds: Vec<&Value> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| &outcome["error"]["kind"])
        .collect();
    assert_eq!(
        kinds,
        [
            &json!("conflict"),
            &json!("invalid"),
            &Value::Null,
            &json!("invalid")
        ]
    );
    assert!(
        outcomes[0]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("belongs to another"),
        "{outcomes}"
    );
    assert_eq!(pdns.stored("c.preview.test").len(), 1);
}

#[test]
fn two_hundred_record_sets_cost_three_requests() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |_| Action::Forward);
    let changes: Vec<Value> = (0..200)
        .map(|number| create(&format!("n{number}.preview.test"), "192.0.2.1", OURS))
        .collect();
    let outcomes = apply(&proxy.url(), &json!(changes)).json();
    assert_eq!(outcomes.as_array().unwrap().len(), 200);
    assert_eq!(
        proxy.requests(),
        [
            "GET /zones/preview.test.",
            "PATCH /zones/preview.test.",
            "GET /zones/preview.test."
        ]
    );
}

#[test]
fn a_published_plugin_runs_by_its_reference() {
    let (registry, pdns) = (Registry::open(), Pdns::start());
    let pushed = maquette(
        &[
            "plugin",
            "push",
            plugin().to_str().unwrap(),
            &registry.repository(),
            "--output=json",
        ],
        &[],
        "",
    )
    .json();
    let by_digest = format!(
        "{}@{}",
        registry.repository(),
        pushed["digest"].as_str().unwrap()
    );
    for reference in [pushed["reference"].as_str().unwrap(), &by_digest] {
        let zones = call(reference, &pdns.url(), "dns.zones", &json!({})).json();
        assert_eq!(zones[0]["name"], "preview.test");
    }
}

#[test]
fn faults_of_the_server_end_in_time_with_what_happened() {
    let look = |url: &str| {
        let done = run(
            url,
            "dns.observe",
            &json!({ "zone": "preview.test", "names": [NAME] }),
        );
        done.failed(1).to_owned()
    };
    let tell = |rule: fn() -> Action| {
        let proxy = Proxy::start(1, move |_| rule());
        look(&proxy.url())
    };
    for (rule, expected) in [
        ((|| Action::Hang) as fn() -> Action, "did not answer within"),
        (|| reply(500, "", "oops"), "500 Internal Server Error"),
        (
            || reply(429, "Retry-After: 90\r\n", ""),
            "asks for fewer requests",
        ),
        (
            || reply(200, "", "<html>"),
            "not what its interface promises",
        ),
        (
            || reply(200, "", vec![b' '; (6 << 20) + 1]),
            "more than 6291456 octets",
        ),
    ] {
        let told = tell(rule);
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert!(look(&format!("http://127.0.0.1:{port}")).contains("is tried again"));
}

#[test]
fn a_write_whose_answer_is_lost_in_the_sandbox_is_confirmed() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |line| {
        if line.starts_with("PATCH") {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let outcome = apply(&proxy.url(), &json!([create(NAME, "192.0.2.1", OURS)])).json();
    assert_eq!(outcome[0]["etag"], observe(&pdns.url(), &[NAME])[0]["etag"]);
    assert_eq!(proxy.count("PATCH"), 1);
}
