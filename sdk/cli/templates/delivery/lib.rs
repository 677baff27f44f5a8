//! Describes applications to Argo CD, one `Application` each:
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>. Both functions are pure.

#[cfg(test)]
mod tests;

use maquette_sdk::delivery::{App, Assessment, Chart, Health, parsed};
use maquette_sdk::{Context, Delivery, Error, ObjectKind, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const API: &str = "argoproj.io/v1alpha1";
const KIND: &str = "Application";

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The project of Argo CD that applications belong to.
    #[serde(default = "project")]
    pub project: String,
}

fn project() -> String {
    "default".to_owned()
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");

    fn objects() -> Vec<ObjectKind> {
        vec![ObjectKind::new(API, KIND)]
    }
}

impl Delivery for ThePlugin {
    fn render(&self, ctx: &Context<Config>, app: &App) -> Result<Vec<String>> {
        if !app.secret_values.is_empty() {
            let why = "Argo CD reads no values from Secrets; let the chart refer to the Secret";
            return Err(Error::invalid("secret-values", why));
        }
        let mut source = source(&app.chart);
        source["helm"]["releaseName"] = json!(app.release);
        source["helm"]["valuesObject"] = app.values()?;
        // The host deletes the namespace.
        let options: &[&str] = if app.own_namespace {
            &["CreateNamespace=true"]
        } else {
            &[]
        };
        let cluster = app.cluster.as_deref().unwrap_or("in-cluster");
        let manifest = json!({
            "apiVersion": API,
            "kind": KIND,
            "metadata": {
                "name": app.name,
                "namespace": app.namespace,
                // Without it Argo CD leaves everything that it installed.
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": {
                "project": ctx.config.project,
                "source": source,
                "destination": { "name": cluster, "namespace": app.target_namespace },
                "syncPolicy": {
                    "automated": { "prune": true, "selfHeal": true },
                    "syncOptions": options,
                },
            },
        });
        Ok(vec![manifest.to_string()])
    }

    fn assess(&self, _: &Context<Config>, app: &App, objects: &[String]) -> Result<Assessment> {
        let objects = parsed(objects)?;
        let Some(object) = app.find(&objects, KIND, &app.name) else {
            let message = format!("the Application `{}` does not exist yet", app.name);
            return Ok(Assessment::new(Health::Progressing, "Missing", message));
        };
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let mut found = state(object);
        found.revision = text("/status/sync/revision").map(str::to_owned);
        found.urls = list(object, "/status/summary/externalURLs");
        found.images = list(object, "/status/summary/images");
        Ok(found)
    }
}

/// Argo CD tells the kinds of charts apart by the fields that are set
/// (<https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>).
fn source(chart: &Chart) -> Value {
    match chart {
        Chart::Repository(it) => {
            json!({ "repoURL": it.repository, "chart": it.name, "targetRevision": it.version })
        }
        // A repository in OCI has no scheme there, and the chart is the last part of its path.
        Chart::Oci(it) => {
            let (repository, name) = it
                .repository
                .rsplit_once('/')
                .unwrap_or(("", &it.repository));
            json!({ "repoURL": repository, "chart": name, "targetRevision": it.version })
        }
        Chart::Git(it) => json!({
            "repoURL": it.repository, "path": it.path, "targetRevision": it.revision,
            "helm": { "valueFiles": it.values_files },
        }),
    }
}

fn state(object: &Value) -> Assessment {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    // An error that no comparison cures: `ComparisonError`, `InvalidSpecError`, `SyncError` and others.
    let conditions = object.pointer("/status/conditions");
    let mut conditions = conditions.and_then(Value::as_array).into_iter().flatten();
    let kind = |condition: &Value| condition["type"].as_str().unwrap_or_default().to_owned();
    if let Some(error) = conditions.find(|condition| kind(condition).ends_with("Error")) {
        let message = error["message"]
            .as_str()
            .unwrap_or("Argo CD reports an error");
        return Assessment::new(Health::Degraded, &kind(error), message);
    }
    // What Argo CD compared with is the source and the destination: a status about others is from before the change.
    let is_compared = |field: &str| {
        let compared = object.pointer(&format!("/status/sync/comparedTo/{field}"));
        compared.is_some() && compared == object.pointer(&format!("/spec/{field}"))
    };
    if !is_compared("source") || !is_compared("destination") {
        let message = "Argo CD has not observed the Application since it changed";
        return Assessment::new(Health::Progressing, "NotObserved", message);
    }
    if let Some(phase @ ("Failed" | "Error")) = text("/status/operationState/phase") {
        let message = text("/status/operationState/message").unwrap_or("the sync failed");
        return Assessment::new(Health::Degraded, &format!("Sync{phase}"), message);
    }
    let synced = text("/status/sync/status") == Some("Synced");
    let said = text("/status/health/status").unwrap_or("Unknown");
    let health = match said {
        "Healthy" if synced => Health::Healthy,
        "Degraded" => Health::Degraded,
        "Suspended" => Health::Suspended,
        "Unknown" => Health::Unknown,
        _ => Health::Progressing,
    };
    let told = text("/status/health/message").map(str::to_owned);
    let message = told.unwrap_or_else(|| format!("Argo CD reports that the Application is {said}"));
    Assessment::new(health, said, message)
}

fn list(object: &Value, pointer: &str) -> Vec<String> {
    let items = object.pointer(pointer).and_then(Value::as_array);
    let texts = items.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

maquette_sdk::plugin!(ThePlugin: Delivery);
