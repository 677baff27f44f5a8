//! Shows how a workspace comes up, one line whenever something changes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::api::Api;
use maquette_api::condition::{READY, STALLED, find, holds};
use maquette_api::workspace::WorkspaceStatus;
use maquette_api::{Plugin, Provider, Workspace};
use maquette_harness::wait_for;

use maquette_harness::progress::Progress;

const WITHIN: Duration = Duration::from_mins(3);

/// Waits until the workspace is Ready for its present spec.
pub(crate) async fn workspace(
    client: &Client,
    namespace: &str,
    name: &str,
    progress: &Progress,
) -> Result<Workspace> {
    let api: Api<Workspace> = Api::namespaced(client.clone(), namespace);
    let mut seen = BTreeMap::new();
    let what = format!("workspace {name} to be Ready");
    let ready = wait_for(&what, WITHIN, async || {
        let workspace = api.get(name).await?;
        let status = workspace.status.clone().unwrap_or_default();
        for line in changes(&mut seen, &status) {
            progress.say(format_args!("  {line}"));
        }
        if status.observed_generation == workspace.metadata.generation
            && holds(&status.conditions, READY)
        {
            return anyhow::Ok(workspace);
        }
        match find(&status.conditions, READY) {
            Some(ready) => bail!("{}: {}", ready.reason, ready.message),
            None => bail!("it has no status yet; is the operator running?"),
        }
    })
    .await;
    ready.with_context(|| {
        format!("`kubectl describe workspace {name} -n {namespace}` and `kubectl get pods -n {namespace}` tell more")
    })
}

/// What is new since the last look.
fn changes(seen: &mut BTreeMap<String, String>, status: &WorkspaceStatus) -> Vec<String> {
    let width = status
        .components
        .iter()
        .map(|component| component.name.len())
        .max()
        .unwrap_or(0);
    let parts = status.components.iter().map(|component| {
        let text = if component.message.is_empty() {
            component.reason.clone()
        } else {
            format!("{}: {}", component.reason, component.message)
        };
        (
            component.name.clone(),
            format!("{:width$}  {text}", component.name),
        )
    });
    let whole = find(&status.conditions, READY).map(|ready| {
        (
            String::new(),
            format!("workspace {:?}: {}", status.phase, ready.message),
        )
    });
    parts
        .chain(whole)
        .filter(|(who, text)| seen.insert(who.clone(), text.clone()).as_ref() != Some(text))
        .map(|(_, text)| text)
        .collect()
}

/// Waits until the plugin runs.
pub(crate) async fn plugin(client: &Client, name: &str) -> Result<Plugin> {
    let api: Api<Plugin> = Api::all(client.clone());
    let look = async || {
        let plugin = api.get(name).await?;
        let status = plugin.status.as_ref();
        settled(
            plugin.metadata.generation,
            status.and_then(|s| s.observed_generation),
            status.map_or(&[], |s| &s.conditions),
        )?;
        anyhow::Ok(plugin)
    };
    let ready = wait_for(&format!("plugin {name} to be Ready"), WITHIN, look).await;
    ready.with_context(|| format!("`kubectl describe plugin {name}` tells more"))
}

/// Waits until the provider can be used.
pub(crate) async fn provider(client: &Client, name: &str) -> Result<Provider> {
    let api: Api<Provider> = Api::all(client.clone());
    let look = async || {
        let provider = api.get(name).await?;
        let status = provider.status.as_ref();
        settled(
            provider.metadata.generation,
            status.and_then(|s| s.observed_generation),
            status.map_or(&[], |s| &s.conditions),
        )?;
        anyhow::Ok(provider)
    };
    let ready = wait_for(&format!("provider {name} to be Ready"), WITHIN, look).await;
    ready.with_context(|| format!("`kubectl describe provider {name}` tells more"))
}

/// Fails unless the status describes the present spec and says Ready.
fn settled(
    generation: Option<i64>,
    observed: Option<i64>,
    conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition],
) -> Result<()> {
    if observed != generation {
        bail!("the operator has not looked at it yet");
    }
    if holds(conditions, READY) {
        return Ok(());
    }
    let stalled = if holds(conditions, STALLED) {
        "it is stalled: "
    } else {
        ""
    };
    match find(conditions, READY) {
        Some(ready) => bail!("{stalled}{}: {}", ready.reason, ready.message),
        None => bail!("it has no conditions"),
    }
}
