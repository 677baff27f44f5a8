//! Rules of `wit/dns.wit` about how record sets are kept.

use maquette_sdk::Error;
use maquette_sdk::dns::{RecordSet, RecordType};

use crate::changes::{a, aaaa, cname, create, delete, replace, txt};
use crate::ownership::{NAME, OURS, THEIRS};
use crate::proxy::Proxy;
use crate::server::{PluginOf, Server};

/// All rules about how record sets are kept, as tests.
#[macro_export]
macro_rules! representation {
    ($server:ty) => {
        $crate::rules!($server:
            representation::an_applied_record_set_never_looks_changed,
            representation::every_type_of_a_name_is_observed,
            representation::a_changed_time_to_live_alone_is_written,
            representation::a_wildcard_is_owned_by_itself_and_the_names_that_it_covers_are_free,
        );
    };
}

/// Creates each record set under a name of its own, and shows that the plugin returns it as it normalizes it, and writes
/// nothing when it is created again. The plugin is the one behind the proxy.
pub fn assert_never_looks_changed<S: Server>(
    proxy: &Proxy,
    plugin: &PluginOf<S>,
    prefix: &str,
    sets: impl IntoIterator<Item = RecordSet>,
) {
    for (number, set) in sets.into_iter().enumerate() {
        let name = format!("{prefix}{number}.preview.test");
        let set = RecordSet {
            name: name.clone(),
            ..set
        };
        let etag = plugin
            .change(create(set.clone(), OURS))
            .unwrap_or_else(|error| panic!("{set:?}: {error:?}"));
        let seen = plugin.observe(&[&name]).unwrap().remove(0);
        assert_eq!(seen.records, plugin.normalize(set.clone()).unwrap());
        assert_eq!(seen.etag, etag);
        let before = proxy.count(S::WRITE);
        assert_eq!(plugin.change(create(set, OURS)), Ok(etag));
        assert_eq!(proxy.count(S::WRITE), before);
    }
}

/// Record sets of every type, in forms that servers write in another way.
pub fn usual_sets() -> Vec<RecordSet> {
    let long = "x".repeat(600);
    vec![
        a(NAME, &["192.0.2.2", "192.0.2.1", "192.0.2.1"]),
        aaaa(NAME, &["2001:DB8:0:0:0:0:0:1", "fe80::1"]),
        cname(NAME, "Target.Example.ORG."),
        txt(
            NAME,
            &["plain", "", "with \"quotes\" and \\ and ;", "\\303"],
        ),
        txt(NAME, &["ümlaut ✓", "tab\t"]),
        txt(NAME, &[&long]),
    ]
}

/// Otherwise the operator would write it again and again.
pub fn an_applied_record_set_never_looks_changed<S: Server>() {
    let server = S::start();
    let (proxy, plugin) = server.counted();
    assert_never_looks_changed::<S>(&proxy, &plugin, "n", usual_sets());
}

/// Addresses of both families and texts of one name.
pub fn every_type_of_a_name_is_observed<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let sets = [
        a(NAME, &["192.0.2.1"]),
        aaaa(NAME, &["2001:db8::1"]),
        txt(NAME, &["x"]),
    ];
    let changes = sets.clone().map(|set| create(set, OURS));
    let outcomes = plugin.apply(changes).unwrap();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let seen = plugin.observe(&[NAME]).unwrap();
    let observed: Vec<RecordSet> = seen.into_iter().map(|seen| seen.records).collect();
    assert_eq!(observed, sets);
}

/// The values are the same.
pub fn a_changed_time_to_live_alone_is_written<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let set = a(NAME, &["192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), OURS)).unwrap();
    let longer = RecordSet { ttl: 120, ..set };
    let replaced = plugin.change(replace(longer.clone(), OURS, &etag)).unwrap();
    let seen = plugin.observe(&[NAME]).unwrap().remove(0);
    assert_eq!((seen.records, seen.etag), (longer, replaced));
}

/// The server answers queries for such a name although no record set of it exists.
pub fn a_wildcard_is_owned_by_itself_and_the_names_that_it_covers_are_free<S: Server>() {
    let server = S::start();
    let plugin = server.plugin();
    let wild = "*.preview.test";
    let set = a(wild, &["192.0.2.1"]);
    let etag = plugin.change(create(set.clone(), THEIRS)).unwrap();
    let seen = plugin.observe(&[wild]).unwrap().remove(0);
    assert_eq!((&seen.records, &seen.etag), (&set, &etag));
    assert_eq!(seen.owner.as_deref(), Some(THEIRS));
    assert_eq!(plugin.observe(&[NAME]), Ok(vec![]));
    plugin
        .change(create(a(NAME, &["192.0.2.2"]), OURS))
        .unwrap();
    let outcome = plugin.change(delete(wild, RecordType::A, OURS));
    assert_eq!(outcome, Err(Error::conflict(Some(THEIRS))));
    plugin.change(delete(wild, RecordType::A, THEIRS)).unwrap();
    assert_eq!(plugin.observe(&[wild]), Ok(vec![]));
}
