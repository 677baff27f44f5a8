//! What becomes of a call when the server or the way to it is at fault.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use maquette_sdk::dns::RecordType;
use maquette_sdk::{Dns as _, Error, Result};
use powerdns::PowerDns;
use support::{Action, Pdns, Plugin, Proxy, a, create, delete};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

/// Observes through a proxy that answers everything in the same way.
fn observe(
    answer: impl Fn() -> Action + Send + Sync + 'static,
) -> Result<Vec<maquette_sdk::dns::Observed>> {
    let proxy = Proxy::start(1, move |_| answer());
    Plugin::at(proxy.url())
        .with_time(Duration::from_secs(3))
        .observe(&[NAME])
}

#[test]
fn a_wrong_key_is_unauthorized_and_not_repeated_in_the_error() {
    let pdns = Pdns::start();
    let plugin = Plugin::at(pdns.url()).with_key("wrong-canary");
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
fn a_server_that_is_down_is_a_passing_fault() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = Plugin::at(format!("http://127.0.0.1:{port}"))
        .observe(&[NAME])
        .unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
}

#[test]
fn a_server_that_hangs_is_reported_before_the_calls_time_is_over() {
    let started = Instant::now();
    let error = observe(|| Action::Hang).unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn answers_that_make_no_sense_become_typed_errors() {
    let answer = |status, headers, body: &'static [u8]| {
        observe(move || Action::Answer(status, headers, body.to_vec())).unwrap_err()
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
    let error = observe(|| Action::Answer(200, "", vec![b' '; (6 << 20) + 1])).unwrap_err();
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
            0 | 2 => Action::Answer(503, "Retry-After: 0\r\n", Vec::new()),
            _ => Action::Forward,
        }
    });
    Plugin::at(proxy.url())
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!((proxy.count("GET"), proxy.count("PATCH")), (3, 2));
}

#[test]
fn a_write_whose_answer_is_lost_is_confirmed_and_not_repeated() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |line| {
        if line.starts_with("PATCH") {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let plugin = Plugin::at(proxy.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(proxy.count("PATCH"), 2);
}

#[test]
fn a_write_that_did_not_arrive_is_a_passing_fault_of_each_change() {
    let pdns = Pdns::start();
    let proxy = Proxy::start(pdns.port, |line| {
        if line.starts_with("PATCH") {
            Action::Answer(500, "", b"oops".to_vec())
        } else {
            Action::Forward
        }
    });
    let changes = [
        create(a(NAME, &["192.0.2.1"]), OURS),
        delete("b.preview.test", RecordType::A, OURS),
    ];
    let outcomes = Plugin::at(proxy.url()).apply(changes).unwrap();
    assert!(
        matches!(outcomes[0], Err(Error::Transient(_))),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], Ok(String::new()));
    assert_eq!(proxy.count("PATCH"), 1);
    assert!(pdns.stored(NAME).is_empty());
}

#[test]
fn a_write_that_cannot_be_confirmed_is_not_claimed() {
    let pdns = Pdns::start();
    let reads = AtomicUsize::new(0);
    let proxy = Proxy::start(pdns.port, move |line| {
        let first = line.starts_with("PATCH") || reads.fetch_add(1, Ordering::AcqRel) == 0;
        if first {
            Action::Forward
        } else {
            Action::Answer(500, "", Vec::new())
        }
    });
    let outcome = Plugin::at(proxy.url()).change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(matches!(outcome, Err(Error::Transient(_))), "{outcome:?}");
    // Asking again finds it done.
    let direct = Plugin::at(pdns.url());
    assert_eq!(
        direct.change(create(a(NAME, &["192.0.2.1"]), OURS)),
        Ok(direct.etag(NAME))
    );
}
