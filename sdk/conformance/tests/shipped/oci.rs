//! `plugins/oci` at a real docker-registry that asks for a login.

use maquette_conformance::{Subject, test};
use serde_json::json;

use crate::registries::{PASSWORD, Registry, USER, fill};
use crate::support::component;

#[test]
fn oci_is_conformant_at_a_real_registry() {
    let registry = Registry::closed();
    let login = format!("{USER}:{PASSWORD}");
    let subject = Subject::new(component("oci", "oci"))
        .with_config(json!({ "url": registry.url() }))
        .with_credential("login", &login)
        .with_registry(fill(&registry, Some(&login)));
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}
