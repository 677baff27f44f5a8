//! Describes applications to Argo CD, one `Application` each:
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/>. Both functions are pure.

#[cfg(test)]
mod tests;

use maquette_sdk::delivery::{App, Assessment, Health};
use maquette_sdk::{Context, Delivery, Error, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

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
}

impl Delivery for ThePlugin {
    fn render(&self, ctx: &Context<Config>, app: &App) -> Result<Vec<String>> {
        let values: Value = serde_json::from_str(&app.values)
            .map_err(|error| Error::invalid("values", error.to_string()))?;
        let cluster = app.cluster.as_deref().unwrap_or("in-cluster");
        let manifest = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": app.name,
                "namespace": app.namespace,
                "annotations": { "maquette.dev/owner": app.owner },
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": {
                "project": ctx.config.project,
                "source": {
                    "repoURL": app.chart.repository,
                    "chart": app.chart.name,
                    "targetRevision": app.chart.version,
                    "helm": { "valuesObject": values },
                },
                "destination": { "name": cluster, "namespace": app.target_namespace },
                "syncPolicy": {
                    "automated": { "prune": true, "selfHeal": true },
                    "syncOptions": ["CreateNamespace=true"],
                },
            },
        });
        Ok(vec![manifest.to_string()])
    }

    fn assess(&self, _: &Context<Config>, app: &App, objects: &[String]) -> Result<Assessment> {
        let Some(object) = own(app, objects)? else {
            let message = format!("the Application `{}` does not exist yet", app.name);
            return Ok(assessment(Health::Progressing, "Missing", message, None));
        };
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let revision = text("/status/sync/revision").map(str::to_owned);
        // What Argo CD compared with is the whole source: a status that is about another one is of before the change.
        let compared = object.pointer("/status/sync/comparedTo/source");
        if compared.is_none() || compared != object.pointer("/spec/source") {
            let message = "Argo CD has not looked at the Application since it was changed";
            let message = message.to_owned();
            return Ok(assessment(
                Health::Progressing,
                "NotObserved",
                message,
                revision,
            ));
        }
        let synced = text("/status/sync/status") == Some("Synced");
        let said = text("/status/health/status").unwrap_or("Unknown");
        let health = match said {
            "Healthy" if synced => Health::Healthy,
            "Degraded" => Health::Degraded,
            "Suspended" => Health::Suspended,
            _ => Health::Progressing,
        };
        let message = text("/status/health/message").map_or_else(
            || format!("Argo CD says that the Application is {said}"),
            str::to_owned,
        );
        Ok(assessment(health, said, message, revision))
    }
}

/// The application's object among these.
fn own(app: &App, objects: &[String]) -> Result<Option<Value>> {
    for text in objects {
        let object: Value = serde_json::from_str(text)
            .map_err(|error| Error::Other(format!("an object cannot be read: {error}")))?;
        let place = &object["metadata"];
        if object["kind"] == "Application"
            && place["name"] == app.name
            && place["namespace"] == app.namespace
        {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

fn assessment(
    health: Health,
    reason: &str,
    message: String,
    revision: Option<String>,
) -> Assessment {
    Assessment {
        health,
        reason: reason.to_owned(),
        message,
        revision,
    }
}

maquette_sdk::plugin!(ThePlugin: Delivery);
