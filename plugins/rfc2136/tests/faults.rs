//! What becomes of a call when the server, the key or the way is at fault.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use std::time::Duration;

use maquette_sdk::{Dns as _, Error, Result};
use rfc2136::Rfc2136;
use support::{Action, Bind, Plugin, Proxy, READER, STRANGER, ZONE, a, at, create, framed};

const OURS: &str = "cluster/DNSRecord/shop/web";
const NAME: &str = "a.preview.test";

maquette_plugin_testing::faults!(Bind);

/// Observes through a proxy that answers everything in the same way.
fn observe(
    answer: impl Fn() -> Action + Send + Sync + 'static,
) -> Result<Vec<maquette_sdk::dns::Observed>> {
    let proxy = Proxy::dns(1, move |_| answer());
    at(proxy.url())
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
        for error in errors(&at(bind.url()).with_credential(key)) {
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
    for error in errors(&at(bind.url()).with_credential(STRANGER)) {
        assert!(
            matches!(&error, Error::Forbidden(text) if text.contains("allow-transfer")),
            "{error:?}"
        );
    }
    let reader = at(bind.url()).with_credential(READER);
    assert_eq!(reader.observe(&[NAME]), Ok(vec![]));
    let outcome = reader.change(create(a(NAME, &["192.0.2.1"]), OURS));
    assert!(
        matches!(&outcome, Err(Error::Forbidden(text)) if text.contains("update-policy")),
        "{outcome:?}"
    );
}

#[test]
fn answers_that_make_no_sense_are_passing_faults_and_never_believed() {
    let noise: [&[u8]; 4] = [b"", b"no message", &[0xff; 512], &[0; 12]];
    for octets in noise {
        let error = observe(move || Action::Answer(framed(octets))).unwrap_err();
        assert!(
            matches!(error, Error::Transient(_) | Error::Unauthorized(_)),
            "{octets:?}: {error:?}"
        );
    }
    let error = observe(|| Action::Close).unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
}

#[test]
fn a_server_in_trouble_is_not_asked_for_every_portion_of_a_batch() {
    let bind = Bind::start();
    let proxy = Proxy::dns(bind.port, |kind| {
        if kind == "UPDATE" {
            Action::Close
        } else {
            Action::Forward
        }
    });
    let changes = (0..600).map(|n| create(a(&format!("n{n}.{ZONE}"), &["192.0.2.1"]), OURS));
    let outcomes = at(proxy.url()).apply(changes).unwrap();
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Err(Error::Transient(_))))
    );
    assert_eq!(proxy.requests(), ["AXFR", "UPDATE", "AXFR"]);
}
