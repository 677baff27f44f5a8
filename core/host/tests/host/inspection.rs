//! What is read of a component without running it, and what is refused on sight.

use maquette_host::{InspectError, describe, inspect, manifest::Manifest};

use crate::support::guest::{COMPONENT, plugin, with_section};

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn described() -> Manifest {
    inspect(&plugin()).unwrap().manifest.unwrap()
}

#[test]
fn a_plugin_shows_what_it_asks_for_and_what_it_is() {
    let inspection = inspect(&plugin()).unwrap();
    assert_eq!(inspection.interfaces(), ["maquette:dns/dns@0.1.0"]);
    assert!(
        inspection
            .imports
            .contains(&"maquette:plugin/credentials@0.1.0".to_owned())
    );
    assert!(
        inspection
            .imports
            .iter()
            .any(|import| import.starts_with("wasi:http/outgoing-handler@0.2."))
    );
    assert_eq!(inspection.size_bytes, plugin().len() as u64);
    let manifest = inspection.require_plugin().unwrap();
    assert_eq!(
        (manifest.name.as_str(), manifest.version.as_str()),
        ("guest", "1.2.3")
    );
    let placements = serde_json::to_value(&manifest.credentials).unwrap();
    assert_eq!(
        placements[0]["placement"],
        serde_json::json!({"type": "header", "name": "X-API-Key"})
    );
    assert_eq!(
        placements[3]["placement"],
        serde_json::json!({"type": "hmac-key"})
    );
    assert_eq!(
        serde_json::to_value(&manifest.hosts).unwrap(),
        serde_json::json!([{"fromConfig": "/url"}])
    );
}

#[test]
fn a_component_without_a_manifest_can_be_read_but_is_no_plugin_yet() {
    let inspection = inspect(&COMPONENT).unwrap();
    assert_eq!(inspection.manifest, None);
    assert_eq!(
        inspection.require_plugin(),
        Err(InspectError::ManifestMissing)
    );
}

#[test]
fn a_second_manifest_is_refused() {
    let manifest = serde_json::to_vec(&described()).unwrap();
    assert_eq!(
        inspect(&with_section(&plugin(), &manifest)),
        Err(InspectError::ManifestTwice)
    );
}

#[test]
fn a_manifest_that_the_host_cannot_use_is_refused_with_the_reason() {
    let refused = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = described();
        change(&mut manifest);
        let section = serde_json::to_vec(&manifest).unwrap();
        inspect(&with_section(&COMPONENT, &section))
            .unwrap_err()
            .to_string()
    };
    assert!(
        refused(&|manifest| manifest.name = "Not A Label".into()).contains("is not a DNS label")
    );
    assert!(refused(&|manifest| manifest.version = "1".into()).contains("not a semantic version"));
    assert!(
        refused(&|manifest| manifest.config_schema = serde_json::json!(true))
            .contains("configSchema")
    );
    assert!(
        refused(&|manifest| manifest.config_schema = serde_json::json!({"type": 7}))
            .contains("configSchema")
    );
    let remote = serde_json::json!({"$ref": "https://evil.example/schema.json"});
    assert!(refused(&|manifest| manifest.config_schema = remote.clone()).contains("configSchema"));
    assert!(
        refused(&|manifest| manifest.credentials[1].name = "api-key".into())
            .contains("two are named")
    );
    for header in ["Host", "Content-Length", "transfer-encoding", "a b"] {
        let change = |manifest: &mut Manifest| {
            manifest.credentials[0].placement = maquette_host::manifest::Placement::Header {
                name: header.into(),
            };
        };
        assert!(
            refused(&change).contains("cannot be put into the header"),
            "{header}"
        );
    }
    let fixed = |text: &str| vec![maquette_host::manifest::Host::Fixed(text.into())];
    assert!(
        refused(&|manifest| manifest.hosts = fixed("https://api.example.com/v1"))
            .contains("write `https://api.example.com`")
    );
    let text = inspect(&with_section(&COMPONENT, b"{}"))
        .unwrap_err()
        .to_string();
    assert!(text.contains("missing field `name`"), "{text}");
}

#[test]
fn fields_that_a_newer_plugin_adds_are_ignored() {
    let mut manifest = serde_json::to_value(described()).unwrap();
    manifest["licence"] = "Apache-2.0".into();
    let section = serde_json::to_vec(&manifest).unwrap();
    assert_eq!(
        inspect(&with_section(&COMPONENT, &section))
            .unwrap()
            .manifest,
        Some(described())
    );
}

#[test]
fn what_is_no_component_is_refused() {
    assert_eq!(inspect(b"#!/bin/sh\n"), Err(InspectError::NotWasm));
    assert_eq!(inspect(b""), Err(InspectError::NotWasm));
    assert_eq!(inspect(&wat("(module)")), Err(InspectError::NotAComponent));
    let half = &plugin()[..5000];
    assert!(matches!(inspect(half), Err(InspectError::Malformed { .. })));
}

#[test]
fn an_import_that_plugins_cannot_have_is_refused_by_name() {
    for import in [
        "wasi:filesystem/types@0.2.0",
        "wasi:sockets/tcp@0.2.0",
        "wasi:http/incoming-handler@0.2.0",
        "wasi:http/types@0.3.0",
        "maquette:plugin/log@0.2.0",
        "maquette:plugin/shell@0.1.0",
        "wasi:cli/run@0.2.0",
        "env",
    ] {
        let component = wat(&format!("(component (import \"{import}\" (instance)))"));
        assert_eq!(
            inspect(&component),
            Err(InspectError::ImportRefused(import.into()))
        );
    }
}

#[test]
fn a_component_of_another_world_is_refused_with_what_it_exports() {
    let component = wat(r#"(component (instance $i) (export "wasi:cli/run@0.2.0" (instance $i)))"#);
    let error = inspect(&component).unwrap().require_plugin().unwrap_err();
    assert_eq!(
        error.to_string(),
        "it exports no provider interface of this host (it exports: wasi:cli/run@0.2.0); \
         this host calls: maquette:dns/dns@0.1.0, maquette:tunnel/tunnel@0.1.0, \
         maquette:registry/registry@0.1.0, maquette:source/source@0.0.1, maquette:builder/builder@0.0.1, \
         maquette:bundler/bundler@0.0.1, maquette:delivery/delivery@0.0.1"
    );
}

#[tokio::test]
async fn describing_runs_the_component_once_within_bounds() {
    assert_eq!(describe(&COMPONENT).await.unwrap(), described());
    let error = describe(&wat("(component)")).await.unwrap_err();
    assert!(
        matches!(error, maquette_host::DescribeError::Compile(_)),
        "{error}"
    );
}
