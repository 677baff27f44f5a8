//! What a name can have, and what one batch makes of it.

use maquette_plugin_testing::ownership::OURS;
use maquette_sdk::Error;
use serde_json::json;

use super::support::{Pdns, at, cname, create, txt};

#[test]
fn an_alias_excludes_a_type_that_the_interface_does_not_know_and_a_text_does_not() {
    let pdns = Pdns::start();
    let plugin = at(pdns.url());
    let name = "mail.preview.test";
    pdns.by_hand(&json!({
        "name": "mail.preview.test.", "type": "MX", "ttl": 60, "changetype": "REPLACE", "records": [{ "content": "10 a.b." }],
    }));
    assert_eq!(
        plugin.change(create(cname(name, "b.preview.test"), OURS)),
        Err(Error::Conflict(None))
    );
    plugin.change(create(txt(name, &["x"]), OURS)).unwrap();
}
