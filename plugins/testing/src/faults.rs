//! Rules of `wit/dns.wit` about servers that fail.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use maquette_sdk::Error;
use maquette_sdk::dns::RecordType;

use crate::changes::{a, create, delete};
use crate::ownership::{NAME, OURS};
use crate::proxy::Action;
use crate::server::Server;

/// The time of a call that meets a server without an answer.
const SHORT: Duration = Duration::from_secs(3);

/// All rules about servers that fail, as tests.
#[macro_export]
macro_rules! faults {
    ($server:ty) => {
        $crate::rules!($server:
            faults::a_server_that_is_down_is_a_passing_fault,
            faults::a_server_that_hangs_is_reported_before_the_calls_time_is_over,
            faults::a_write_whose_answer_is_lost_is_confirmed_and_not_repeated,
            faults::a_write_that_did_not_arrive_is_a_passing_fault_of_each_change,
            faults::a_write_that_cannot_be_confirmed_is_not_claimed,
            faults::a_batch_without_a_valid_change_sends_no_request,
        );
    };
}

/// A connection that is refused may be accepted later.
pub fn a_server_that_is_down_is_a_passing_fault<S: Server>() {
    let server = S::start();
    // Nothing listens at the port any more.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let plugin = server.plugin_at(port.unwrap().port());
    let outcomes = [
        plugin.observe(&[NAME]).unwrap_err(),
        plugin
            .apply([create(a(NAME, &["192.0.2.1"]), OURS)])
            .unwrap_err(),
    ];
    for error in outcomes {
        assert!(matches!(error, Error::Transient(_)), "{error:?}");
    }
}

/// The plugin reports it, and not the host that ends the call.
pub fn a_server_that_hangs_is_reported_before_the_calls_time_is_over<S: Server>() {
    let server = S::start();
    let proxy = S::proxy(1, |_| Action::Hang);
    let plugin = server.plugin_at(proxy.port).with_time(SHORT);
    let started = Instant::now();
    let error = plugin.observe(&[NAME]).unwrap_err();
    assert!(matches!(error, Error::Transient(_)), "{error:?}");
    let took = started.elapsed();
    assert!(took < SHORT, "{took:?}");
}

/// The record set is there, so the change has succeeded.
pub fn a_write_whose_answer_is_lost_is_confirmed_and_not_repeated<S: Server>() {
    let server = S::start();
    let proxy = S::proxy(server.port(), |line| {
        if line.starts_with(S::WRITE) {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let plugin = server.plugin_at(proxy.port);
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    assert_eq!(plugin.etag(NAME), etag);
    assert_eq!(
        plugin.change(delete(NAME, RecordType::A, OURS)),
        Ok(String::new())
    );
    assert_eq!(proxy.count(S::WRITE), 2);
    assert!(server.is_without(NAME));
}

/// A deletion of an absent record set needs no write, so it succeeds.
pub fn a_write_that_did_not_arrive_is_a_passing_fault_of_each_change<S: Server>() {
    let server = S::start();
    let proxy = S::proxy(server.port(), |line| {
        if line.starts_with(S::WRITE) {
            S::failure()
        } else {
            Action::Forward
        }
    });
    let changes = [
        create(a(NAME, &["192.0.2.1"]), OURS),
        delete("b.preview.test", RecordType::A, OURS),
    ];
    let outcomes = server.plugin_at(proxy.port).apply(changes).unwrap();
    assert!(
        matches!(outcomes[0], Err(Error::Transient(_))),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], Ok(String::new()));
    assert_eq!(proxy.count(S::WRITE), 1);
    assert!(server.is_without(NAME));
}

/// The plugin does not know whether the server has made the change. Asking again finds it made.
pub fn a_write_that_cannot_be_confirmed_is_not_claimed<S: Server>() {
    let server = S::start();
    let written = AtomicBool::new(false);
    let proxy = S::proxy(server.port(), move |line| {
        if line.starts_with(S::WRITE) {
            written.store(true, Ordering::Release);
            Action::LoseAnswer
        } else if written.load(Ordering::Acquire) {
            S::failure()
        } else {
            Action::Forward
        }
    });
    let make = || create(a(NAME, &["192.0.2.1"]), OURS);
    let outcome = server.plugin_at(proxy.port).change(make());
    assert!(matches!(outcome, Err(Error::Transient(_))), "{outcome:?}");
    let direct = server.plugin();
    assert_eq!(direct.change(make()), Ok(direct.etag(NAME)));
}

/// A name outside the zone is invalid wherever the server is.
pub fn a_batch_without_a_valid_change_sends_no_request<S: Server>() {
    let server = S::start();
    let proxy = S::proxy(1, |_| Action::Hang);
    let outcomes = server
        .plugin_at(proxy.port)
        .apply([create(a("a.elsewhere.test", &["192.0.2.1"]), OURS)])
        .unwrap();
    assert!(
        matches!(&outcomes[0], Err(Error::Invalid(error)) if error.message.contains("preview.test")),
        "{outcomes:?}"
    );
    assert_eq!(proxy.requests(), Vec::<String>::new());
}
