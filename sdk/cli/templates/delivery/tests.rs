use maquette_sdk::delivery::{App, Chart, Health};
use maquette_sdk::mock::Mock;
use maquette_sdk::{Context, Delivery as _, Error};
use serde_json::{Value, json};

use crate::{Config, ThePlugin, project};

fn context() -> Context<Config> {
    Mock::new().context(Config { project: project() })
}

fn app(values: &str) -> App {
    App {
        name: "shop-web".to_owned(),
        namespace: "argocd".to_owned(),
        target_namespace: "shop".to_owned(),
        cluster: None,
        chart: Chart {
            repository: "https://charts.example.com".to_owned(),
            name: "web".to_owned(),
            version: "1.2.0".to_owned(),
        },
        values: values.to_owned(),
        owner: "cluster/Component/shop/web".to_owned(),
    }
}

fn rendered() -> Value {
    let manifests = ThePlugin.render(&context(), &app("{}")).unwrap();
    serde_json::from_str(&manifests[0]).unwrap()
}

fn health(object: &Value) -> Health {
    let objects = [object.to_string()];
    let found = ThePlugin.assess(&context(), &app("{}"), &objects);
    found.unwrap().health
}

#[test]
fn an_application_becomes_one_manifest_in_its_namespace() {
    let manifest = rendered();
    assert_eq!(manifest, rendered());
    assert_eq!(manifest["metadata"]["namespace"], "argocd");
    assert_eq!(manifest["spec"]["source"]["targetRevision"], "1.2.0");
}

#[test]
fn values_that_are_no_json_are_refused_with_their_field() {
    let refused = ThePlugin.render(&context(), &app("a: b"));
    assert!(matches!(refused, Err(Error::Invalid(field)) if field.path == "values"));
}

#[test]
fn what_argo_cd_has_not_looked_at_is_never_healthy() {
    let mut object = rendered();
    assert_eq!(health(&object), Health::Progressing);
    object["status"] = json!({
        "health": { "status": "Healthy" },
        "sync": { "status": "Synced", "comparedTo": { "source": object["spec"]["source"] } },
    });
    assert_eq!(health(&object), Health::Healthy);
    object["spec"]["source"]["targetRevision"] = json!("2.0.0");
    assert_eq!(health(&object), Health::Progressing);
}

#[test]
fn what_is_missing_is_progressing_and_says_so() {
    let found = ThePlugin.assess(&context(), &app("{}"), &[]).unwrap();
    assert_eq!(found.health, Health::Progressing);
    assert!(found.message.contains("does not exist yet"));
}
