use maquette_sdk::dns::{Change, Creation, RecordSet, RecordType};
use maquette_sdk::mock::{Mock, Reply};
use maquette_sdk::{Dns as _, Error};

use crate::{Config, ThePlugin};

const RECORDS: &str = "https://zones.example.com/zones/example.com/records";
const OWNER: &str = "cluster/DNSRecord/shop/web";

fn config() -> Config {
    Config {
        url: "https://zones.example.com".to_owned(),
    }
}

fn create() -> Vec<Change> {
    vec![Change::Create(Creation {
        records: RecordSet {
            name: "www.example.com".to_owned(),
            kind: RecordType::A,
            ttl: 60,
            values: vec!["192.0.2.1".to_owned()],
        },
        owner: OWNER.to_owned(),
    })]
}

fn item(owner: &str) -> String {
    format!(
        r#"{{"name": "www.example.com", "kind": "a", "ttl": 60, "values": ["192.0.2.1"], "owner": "{owner}", "version": "7"}}"#
    )
}

fn page(items: &str) -> Reply {
    Reply::text(200, &format!(r#"{{"items": [{items}], "next": null}}"#))
}

fn look() -> String {
    format!("{RECORDS}?name=www.example.com")
}

#[test]
fn zones_are_asked_for_with_the_credential() {
    let zones = Reply::text(200, r#"[{"name": "example.com", "id": "1"}]"#);
    let mock = Mock::new().on("GET", "https://zones.example.com/zones", zones);
    let zones = ThePlugin.zones(&mock.context(config())).unwrap();
    assert_eq!(zones[0].name, "example.com");
    let sent = &mock.requests()[0].headers["authorization"];
    assert_eq!(sent, "<credential token>");
}

#[test]
fn what_is_absent_is_created_under_the_condition_that_it_still_is() {
    let mock = Mock::new().on("GET", &look(), page("")).on(
        "PUT",
        &format!("{RECORDS}/www.example.com/a"),
        Reply::text(200, &item(OWNER)),
    );
    let outcomes = ThePlugin.apply(&mock.context(config()), "example.com", create());
    assert_eq!(outcomes, Ok(vec![Ok("7".to_owned())]));
    assert_eq!(mock.requests()[1].headers["if-none-match"], "*");
}

#[test]
fn creating_the_same_twice_writes_once() {
    let mock = Mock::new().on("GET", &look(), page(&item(OWNER)));
    let outcomes = ThePlugin.apply(&mock.context(config()), "example.com", create());
    assert_eq!(outcomes, Ok(vec![Ok("7".to_owned())]));
    mock.assert_done();
}

#[test]
fn what_another_owns_is_left_alone() {
    let mock = Mock::new().on("GET", &look(), page(&item("another")));
    let outcomes = ThePlugin.apply(&mock.context(config()), "example.com", create());
    assert_eq!(outcomes, Ok(vec![Err(Error::conflict(Some("another")))]));
    mock.assert_done();
}
