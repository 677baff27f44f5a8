//! `plugins/frp`, which keeps nothing of its tunnels at the server: it answers from its arguments.

use maquette_conformance::{Subject, test};
use serde_json::json;

use crate::support::component;

#[test]
fn frp_is_conformant_as_a_provider_that_keeps_nothing() {
    let subject = Subject::new(component("frp", "frp"))
        .with_config(json!({ "server": "frps.test:7000", "publicHost": "in.test" }))
        .with_credential("token", "of-the-server");
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}
