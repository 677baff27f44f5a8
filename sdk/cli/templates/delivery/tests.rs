use maquette_sdk::delivery::{
    App, Chart, GitChart, Health, OciChart, RepositoryChart, SecretValue,
};
use maquette_sdk::mock::Mock;
use maquette_sdk::{Context, Delivery as _, Error};
use serde_json::{Value, json};

use crate::{Config, ThePlugin, project};

fn context() -> Context<Config> {
    Mock::new().context(Config { project: project() })
}

fn app() -> App {
    App {
        name: "shop-web".to_owned(),
        namespace: "argocd".to_owned(),
        release: "web".to_owned(),
        target_namespace: "shop".to_owned(),
        own_namespace: false,
        cluster: None,
        chart: Chart::Repository(RepositoryChart {
            repository: "https://charts.example.com".to_owned(),
            name: "web".to_owned(),
            version: "1.2.0".to_owned(),
        }),
        chart_secret: None,
        values: "{}".to_owned(),
        secret_values: Vec::new(),
        timeout_seconds: 300,
        removing: false,
    }
}

fn rendered() -> Value {
    let manifests = ThePlugin.render(&context(), &app()).unwrap();
    serde_json::from_str(&manifests[0]).unwrap()
}

fn health(object: &Value) -> Health {
    let objects = [object.to_string()];
    let found = ThePlugin.assess(&context(), &app(), &objects);
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
fn every_kind_of_chart_is_written_as_argo_cd_reads_it() {
    let of = |chart| {
        let manifests = ThePlugin.render(&context(), &App { chart, ..app() });
        let manifest: Value = serde_json::from_str(&manifests.unwrap()[0]).unwrap();
        let source = &manifest["spec"]["source"];
        ["repoURL", "chart", "path"].map(|field| source[field].as_str().map(str::to_owned))
    };
    let oci = Chart::Oci(OciChart {
        repository: "registry.example.com/charts/web".to_owned(),
        version: "1".to_owned(),
    });
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        of(oci),
        [text("registry.example.com/charts"), text("web"), None]
    );
    let git = Chart::Git(GitChart {
        repository: "https://git.example.com/shop.git".to_owned(),
        path: "charts/web".to_owned(),
        revision: "main".to_owned(),
        values_files: Vec::new(),
    });
    assert_eq!(
        of(git),
        [
            text("https://git.example.com/shop.git"),
            None,
            text("charts/web")
        ]
    );
}

#[test]
fn values_in_secrets_are_refused_with_their_field() {
    let secret_values = vec![SecretValue {
        path: None,
        secret: "database".to_owned(),
        key: "url".to_owned(),
    }];
    let refused = ThePlugin.render(
        &context(),
        &App {
            secret_values,
            ..app()
        },
    );
    assert!(matches!(refused, Err(Error::Invalid(field)) if field.path == "secret-values"));
}

#[test]
fn what_argo_cd_has_not_looked_at_is_never_healthy() {
    let mut object = rendered();
    assert_eq!(health(&object), Health::Progressing);
    object["status"] = json!({
        "health": { "status": "Healthy" },
        "sync": {
            "status": "Synced",
            "comparedTo": { "source": object["spec"]["source"], "destination": object["spec"]["destination"] },
        },
    });
    assert_eq!(health(&object), Health::Healthy);
    let mut moved = object.clone();
    moved["spec"]["destination"]["namespace"] = json!("elsewhere");
    assert_eq!(health(&moved), Health::Progressing);
    let mut failed = object.clone();
    failed["status"]["operationState"] = json!({ "phase": "Failed" });
    assert_eq!(health(&failed), Health::Degraded);
    let mut broken = object.clone();
    broken["status"]["conditions"] = json!([{ "type": "ComparisonError", "message": "no chart" }]);
    assert_eq!(health(&broken), Health::Degraded);
    object["spec"]["source"]["targetRevision"] = json!("2.0.0");
    assert_eq!(health(&object), Health::Progressing);
}

#[test]
fn what_is_missing_is_progressing_and_says_so() {
    let found = ThePlugin.assess(&context(), &app(), &[]).unwrap();
    assert_eq!(found.health, Health::Progressing);
    assert!(found.message.contains("does not exist yet"));
}
