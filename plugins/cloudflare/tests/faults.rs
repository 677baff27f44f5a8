//! Too many requests, faults and lost answers, against the stand-in for Cloudflare.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::time::Duration;

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;
use serde_json::json;
use support::{Action, FULL, Proxy, StandIn, a, at, create, delete, of, reply};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::faults!(StandIn);

#[test]
fn too_many_requests_are_a_rate_limit_with_cloudflares_own_time() {
    let stand_in = StandIn::start();
    stand_in.tell(&json!({ "requests": 0 }));
    assert_eq!(
        of(&stand_in).observe(&[NAME]),
        Err(Error::RateLimited(300_000))
    );
}

#[test]
fn a_request_that_would_block_the_account_is_not_sent() {
    let stand_in = StandIn::start();
    let proxy = Proxy::start(stand_in.port, |_| Action::Forward);
    let plugin = at(proxy.url(), FULL);
    // The zone and its content can be read, and then the headers say that nothing is left.
    stand_in.tell(&json!({ "requests": 2 }));
    let outcomes = plugin
        .apply([
            create(a(NAME, &["192.0.2.1"]), OURS),
            delete("b.preview.test", RecordType::A, OURS),
        ])
        .unwrap();
    assert_eq!(
        outcomes,
        [Err(Error::RateLimited(240_000)), Ok(String::new())]
    );
    assert_eq!((proxy.requests().len(), stand_in.writes()), (2, 0));
}

/// Observes through a proxy that answers everything in the same way.
fn observe(answer: impl Fn() -> Action + Send + Sync + 'static) -> Error {
    let proxy = Proxy::start(1, move |_| answer());
    at(proxy.url(), FULL)
        .with_time(Duration::from_secs(3))
        .observe(&[NAME])
        .unwrap_err()
}

#[test]
fn faults_of_the_service_become_typed_errors() {
    let answer =
        |status, headers, body: &'static str| observe(move || reply(status, headers, body));
    assert_eq!(
        answer(429, "Retry-After: 90\r\n", ""),
        Error::RateLimited(90_000)
    );
    assert!(matches!(answer(200, "", "<html>"), Error::Transient(_)));
    assert!(matches!(answer(500, "", "oops"), Error::Transient(_)));
    let said = r#"{"success": false, "errors": [{"code": 10013, "message": "Something went wrong"}], "result": null}"#;
    assert!(matches!(
        answer(503, "Retry-After: 90\r\n", said),
        Error::Transient(error) if error.retry_after_ms == Some(90_000) && error.message.contains("went wrong")
    ));
    let empty = r#"{"success": true, "errors": [], "result": null}"#;
    assert!(matches!(answer(200, "", empty), Error::Transient(_)));
}
