//! What becomes of a call when the server, the key or the way is at fault.

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
use rfc2136::Rfc2136;
use support::{Action, Bind, Plugin, Proxy, READER, STRANGER, ZONE, a, create, delete};

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

fn errors(plugin: &Plugin) -> [Error; 3] {
    [
        plugin.observe(&[NAME]).unwrap_err(),
        plugin
            .apply([create(a(NAME, &["192.0.2.1"]), OURS)])
            .unwrap_err(),
        Rfc2136.zones(&plugin.context()).unwrap_err(),
    ]
}

#[test]
fn a_wrong_secret_and_an_unknown_key_are_unauthorized_and_not_repeated_in_the_error() {
    let bind = Bind::start();
    for key in [
        "hmac-sha256:maquette-key:d3JvbmctY2FuYXJ5",
        "hmac-sha256:nobody:d3JvbmctY2FuYXJ5",
        "hmac-sha512:maquette-key:d3JvbmctY2FuYXJ5",
    ] {
        for error in errors(&Plugin::at(bind.url()).with_key(key)) {
            let canary = "d3JvbmctY2FuYXJ5";
            assert!(
                matches!(&error, Error::Unauthorized(text) if !text.contains(canary)),
                "{key}: {error:?}"
            );
        }
    }
}

#[test]
fn a_key_without_rights_is_forbidden_and_told_what_to_allow() {
    let bind = Bind::start();
    for error in errors(&Plugin::at(bind.url()).with_key(STRANGER)) {
        assert!(
            matches!(&error, Error::Forbidden(text) if text.contains("allow-transfer")),
            "{error:?}"
        );
    }
    let reader = Plugin::at(bind.url()).with_key(READER);
    assert_eq!(reader.observe(&[NAME]), Ok(vec![]));
    let outcome = reader.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(
        matches!(&outcome, Err(Error::Forbidden(text)) if text.contains("update-policy")),
        "{outcome:?}"
    );
}

#[test]
fn a_server_that_is_down_is_a_passing_fault() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for error in errors(&Plugin::at(format!("tcp://127.0.0.1:{port}"))) {
        assert!(matches!(error, Error::Transient(_)), "{error:?}");
    }
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
fn answers_that_make_no_sense_are_passing_faults_and_never_believed() {
    let noise: [&[u8]; 4] = [b"", b"no message", &[0xff; 512], &[0; 12]];
    for octets in noise {
        let error = observe(move || Action::Answer(octets.to_vec())).unwrap_err();
        assert!(
            matches!(error, Error::Transient(_) | Error::Unauthorized(_)),
            "{octets:?}: {error:?}"
        );
    }
    let error = observe(|| Action::Close).unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
}

#[test]
fn a_write_whose_answer_is_lost_is_confirmed_and_not_repeated() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |kind| {
        if kind == "UPDATE" {
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
    assert_eq!(proxy.count("UPDATE"), 2);
}

#[test]
fn a_write_that_did_not_arrive_is_a_passing_fault_of_each_change() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |kind| {
        if kind == "UPDATE" {
            Action::Close
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
    assert_eq!(proxy.count("UPDATE"), 1);
    assert!(bind.stored(NAME).is_empty());
}

#[test]
fn a_write_that_cannot_be_confirmed_is_not_claimed() {
    let bind = Bind::start();
    let reads = AtomicUsize::new(0);
    let proxy = Proxy::start(bind.port, move |kind| match kind {
        "UPDATE" => Action::LoseAnswer,
        _ if reads.fetch_add(1, Ordering::AcqRel) == 0 => Action::Forward,
        _ => Action::Close,
    });
    let outcome = Plugin::at(proxy.url()).change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(matches!(outcome, Err(Error::Transient(_))), "{outcome:?}");
    // Asking again finds it done.
    let direct = Plugin::at(bind.url());
    assert_eq!(
        direct.change(create(a(NAME, &["192.0.2.1"]), OURS)),
        Ok(direct.etag(NAME))
    );
}

#[test]
fn a_server_in_trouble_is_not_asked_for_every_portion_of_a_batch() {
    let bind = Bind::start();
    let proxy = Proxy::start(bind.port, |kind| {
        if kind == "UPDATE" {
            Action::Close
        } else {
            Action::Forward
        }
    });
    let changes = (0..600).map(|n| create(a(&format!("n{n}.{ZONE}"), &["192.0.2.1"]), OURS));
    let outcomes = Plugin::at(proxy.url()).apply(changes).unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Err(Error::Transient(_))))
    );
    assert_eq!(proxy.messages(), ["AXFR", "UPDATE", "AXFR"]);
}
