//! What people and other programs do beside the plugin.

use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_plugin_testing::ownership::{NAME, OURS, THEIRS};
use maquette_sdk::Error;

use super::support::{Action, Bind, Proxy, a, at, create, replace};

#[test]
fn a_lost_race_is_a_conflict_that_names_the_winner_and_costs_the_batch_nothing() {
    let bind = Bind::start();
    let intruder = at(bind.url());
    let updates = AtomicUsize::new(0);
    // The other writer comes after our look at the zone and right before our write.
    let proxy = Proxy::dns(bind.port, move |kind| {
        if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
            intruder
                .change(create(a(NAME, &["192.0.2.9"]), THEIRS))
                .unwrap();
        }
        Action::Forward
    });
    let outcomes = at(proxy.url())
        .apply([
            create(a(NAME, &["192.0.2.1"]), OURS),
            create(a("b.preview.test", &["192.0.2.1"]), OURS),
        ])
        .unwrap();
    let direct = at(bind.url());
    assert_eq!(
        outcomes,
        [
            Err(Error::conflict(Some(THEIRS))),
            Ok(direct.etag("b.preview.test"))
        ]
    );
    let seen = direct.observe(&[NAME]).unwrap();
    assert_eq!(seen[0].records.values, ["192.0.2.9"]);
}

#[test]
fn a_change_by_hand_between_look_and_write_is_not_overwritten() {
    let bind = Bind::start();
    let plugin = at(bind.url());
    let etag = plugin
        .change(create(a(NAME, &["192.0.2.1"]), OURS))
        .unwrap();
    let (updates, to) = (AtomicUsize::new(0), bind.port);
    std::thread::scope(|_| {
        let bind = &bind;
        let hand = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
        let said = hand.clone();
        let intruder = at(bind.url());
        let proxy = Proxy::dns(to, move |kind| {
            if kind == "UPDATE" && updates.fetch_add(1, Ordering::AcqRel) == 0 {
                let etag = intruder.etag(NAME);
                let change = replace(a(NAME, &["192.0.2.66"]), OURS, &etag);
                said.lock().unwrap().push(intruder.change(change).unwrap());
            }
            Action::Forward
        });
        let outcome = at(proxy.url()).change(replace(a(NAME, &["192.0.2.2"]), OURS, &etag));
        assert_eq!(outcome, Err(Error::conflict(Some(OURS))));
        assert_eq!(plugin.etag(NAME), hand.lock().unwrap()[0]);
    });
}
