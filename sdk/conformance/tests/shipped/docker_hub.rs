//! `plugins/docker-hub` at a stand-in for the Hub's API and a real docker-registry in the place of its registry.

use maquette_conformance::{Subject, test};
use serde_json::json;

use crate::registries::{PASSWORD, Registry, USER, fill};
use crate::support::component;

#[path = "../../../../plugins/docker-hub/tests/stand_in/mod.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod stand_in;

use stand_in::HubStandIn;

fn subject(hub: &HubStandIn, registry: &Registry) -> Subject {
    Subject::new(component("docker-hub", "docker_hub"))
        .with_config(json!({ "hub": hub.url(), "registry": registry.url() }))
        .with_server_at("/hub")
        .with_server_at("/registry")
}

fn conformant(subject: Subject) {
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

#[test]
fn docker_hub_is_conformant_without_a_login() {
    let (hub, registry) = (HubStandIn::start(), Registry::open());
    let target = fill(&registry, None);
    hub.keep(&target.repository, target.tags.iter().cloned().collect());
    let subject = subject(&hub, &registry).with_registry(target).unsupported(
        "a_wrong_login_is_unauthorized",
        "there is no login to be wrong",
    );
    conformant(subject);
}

#[test]
fn docker_hub_is_conformant_with_a_login() {
    let (hub, registry) = (HubStandIn::start(), Registry::closed());
    let login = format!("{USER}:{PASSWORD}");
    let subject = subject(&hub, &registry)
        .with_credential("login", &login)
        .with_registry(fill(&registry, Some(&login)));
    conformant(subject);
}
