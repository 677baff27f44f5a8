//! What becomes of a call when the server or the way to it is at fault.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use maquette_sdk::{Dns as _, Error, Result};
use powerdns::PowerDns;
use support::{Action, Pdns, Proxy, a, at, create, reply};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::faults!(Pdns);

/// Observes through a proxy that answers everything in the same way.
fn observe(
    answer: impl Fn() -> Action + Send + Sync + 'static,
) -> Result<Vec<maquette_sdk::dns::Observed>> {
    let proxy = Proxy::start(1, move |_| answer());
    at(proxy.url())
        .with_time(Duration::from_secs(3))
        .observe(&[NAME])
}

#[test]
fn a_wrong_key_is_unauthorized_and_not_repeated_in_the_error() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url()).with_credential("wrong-canary");
    for error in [
        plugin.observe(&[NAME]).unwrap_err(),
        plugin
            .apply([create(a(NAME, &["192.0.2.1"]), OURS)])
            .unwrap_err(),
        PowerDns.zones(&plugin.context()).unwrap_err(),
    ] {
        assert!(
            matches!(&error, Error::Unauthorized(text) if !text.contains("wrong-canary")),
            "{error:?}"
        );
    }
}

#[test]
fn answers_that_make_no_sense_become_typed_errors() {
    let answer = |status, headers, body: &'static [u8]| {
        observe(move || reply(status, headers, body)).unwrap_err()
    };
    assert!(matches!(answer(200, "", b"<html>"), Error::Transient(_)));
    assert!(matches!(
        answer(200, "", b"{\"rrsets\": 7}"),
        Error::Transient(_)
    ));
    assert!(matches!(answer(200, "", b"\xff\x00"), Error::Transient(_)));
    assert!(matches!(answer(500, "", b"oops"), Error::Transient(_)));
    assert!(matches!(answer(403, "", b""), Error::Forbidden(_)));
    assert!(matches!(answer(404, "", b"Not Found"), Error::NotFound(_)));
    assert!(matches!(
        answer(302, "Location: http://169.254.169.254/\r\n", b""),
        Error::Other(_)
    ));
    assert_eq!(
        answer(429, "Retry-After: 90\r\n", b""),
        Error::RateLimited(90_000)
    );
    assert!(
        matches!(answer(503, "Retry-After: 90\r\n", b""), Error::Transient(error) if error.retry_after_ms == Some(90_000))
    );
}

#[test]
fn an_answer_without_end_is_cut_off() {
    let error = observe(|| reply(200, "", vec![b' '; (6 << 20) + 1])).unwrap_err();
    assert!(
        matches!(&error, Error::Other(text) if text.contains("6291456")),
        "{error:?}"
    );
}

#[test]
fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let pdns = Pdns::start();
    let asked = AtomicUsize::new(0);
    let proxy = Proxy::start(pdns.port, move |_| {
        match asked.fetch_add(1, Ordering::AcqRel) {
            0 | 2 => reply(503, "Retry-After: 0\r\n", ""),
            _ => Action::Forward,
        }
    });
    at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!((proxy.count("GET"), proxy.count("PATCH")), (3, 2));
}
