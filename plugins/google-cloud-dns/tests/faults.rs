//! Too many requests, faults and lost answers, against the stand-in for Cloud DNS.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::time::Duration;

use maquette_sdk::{Error, Result};
use serde_json::json;
use support::{Action, Proxy, StandIn, a, at, create, full, of, reply};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::faults!(StandIn);

#[test]
fn too_many_requests_are_a_rate_limit_in_both_forms() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    for status in [403, 429] {
        stand_in.tell(&json!({ "requests": 0, "status": status }));
        assert_eq!(plugin.observe(&[NAME]), Err(Error::RateLimited(60_000)));
    }
}

#[test]
fn a_limit_that_is_reached_in_the_middle_is_told_for_each_change_that_was_not_made() {
    let stand_in = StandIn::start();
    let plugin = of(&stand_in);
    // Zone and content are read, one change is made, and then the quota is used up.
    stand_in.tell(&json!({ "requests": 3, "status": 403 }));
    let small: Vec<String> = (0..600).map(|n| format!("s{n:03}.preview.test")).collect();
    let addresses = small
        .iter()
        .map(|name| create(a(name, &["192.0.2.1"]), OURS));
    let outcomes = plugin.apply(addresses).unwrap();
    assert!(outcomes[..500].iter().all(Result::is_ok));
    assert!(
        outcomes[500..]
            .iter()
            .all(|outcome| *outcome == Err(Error::RateLimited(60_000)))
    );
}

/// Observes through a proxy that answers everything in the same way.
fn observe(answer: impl Fn() -> Action + Send + Sync + 'static) -> Error {
    let proxy = Proxy::start(1, move |_| answer());
    at(proxy.url(), &full())
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
    let said = r#"{"error": {"code": 503, "message": "Backend Error", "errors": [{"reason": "backendError"}]}}"#;
    assert!(matches!(
        answer(503, "Retry-After: 90\r\n", said),
        Error::Transient(error) if error.retry_after_ms == Some(90_000) && error.message.contains("Backend Error")
    ));
}
