//! Binds the plugin to what the Provider grants it, and offers it under the Provider's name.

use super::{
    ProviderController,
    grants::{Versions, grants},
};
use crate::{
    cluster::{Key, Reads},
    controllers::plugin::InstallProblem,
    providers::Configured,
};
use maquette_api::{DNSRecord, Plugin, Provider, Tunnel, condition};
use maquette_host::{GrantError, Installed, OriginError};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How often what a provider keeps is compared with what it should be, where the spec does not say.
const INTERVAL: Duration = Duration::from_mins(1);

/// What became of binding the plugin.
pub struct Observed {
    /// Digest of the plugin that serves the provider now.
    pub(super) bound: Result<String, Problem>,
    /// Records and tunnels that still use it: kind, namespace and name.
    pub(super) used_by: Vec<String>,
}

/// Why the provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::controllers) enum Problem {
    #[error("spec.plugin: there is no Plugin {0}; apply one, or correct the name")]
    PluginMissing(String),
    #[error("Plugin {0} is being installed")]
    PluginInstalling(String),
    #[error("Plugin {name} is not Ready: {message}")]
    PluginNotReady { name: String, message: String },
    #[error("spec.credentials.{name}: {problem}")]
    Credential { name: String, problem: String },
    #[error("spec.egress: {0}")]
    Origin(#[from] OriginError),
    #[error("spec.egressCIDRs: {0} is not an address range")]
    Range(String),
    #[error(
        "Plugin {plugin}: spec.limits.memory: {quantity} is not an amount of memory such as 64Mi"
    )]
    Memory { plugin: String, quantity: String },
    #[error("{place}{0}", place = grant_place(.0))]
    Grant(#[from] GrantError),
    #[error("Plugin {plugin}: {source}")]
    Install {
        plugin: String,
        source: InstallProblem,
    },
}

/// What stands before the host's message, so that it begins with the field to change.
fn grant_place(error: &GrantError) -> &'static str {
    match error {
        GrantError::Config { .. } | GrantError::HostFromConfig { .. } => "spec.",
        GrantError::EgressNotGranted { .. } => "spec.egress: ",
        GrantError::CredentialMissing { .. }
        | GrantError::CredentialGroup { .. }
        | GrantError::CredentialMalformed { .. }
        | GrantError::CredentialUnknown { .. } => "spec.credentials: ",
        GrantError::Limit { .. } => "the Plugin's spec.",
        GrantError::NotInstalled(_)
        | GrantError::Manifest(_)
        | GrantError::Options { .. }
        | GrantError::OptionsUnknown(_) => "",
    }
}

pub(super) async fn observe(
    controller: &ProviderController,
    reads: &Reads,
    provider: &Provider,
) -> Observed {
    let name = provider.metadata.name.clone().unwrap_or_default();
    let bound = bind(controller, reads, &name, provider).await;
    if bound.is_err() {
        controller.registry.remove(&name);
    }
    let used_by = if provider.metadata.deletion_timestamp.is_some() {
        users(reads, &name)
    } else {
        Vec::new()
    };
    Observed { bound, used_by }
}

fn users(reads: &Reads, name: &str) -> Vec<String> {
    let keeps = |record: &DNSRecord| {
        let ledger = record.status.iter().flat_map(|status| &status.ledger);
        ledger.into_iter().any(|entry| entry.provider == name)
    };
    let has = |tunnel: &Tunnel| {
        let ledger = tunnel.status.iter().flat_map(|status| &status.ledger);
        ledger.into_iter().any(|entry| entry.provider == name)
    };
    let records = reads.every::<DNSRecord>().into_iter();
    let tunnels = reads.every::<Tunnel>().into_iter();
    let mut users: Vec<String> = records
        .filter(|record| keeps(record))
        .map(|record| format!("DNSRecord {}", Key::of(&record.metadata)))
        .chain(
            tunnels
                .filter(|tunnel| has(tunnel))
                .map(|tunnel| format!("Tunnel {}", Key::of(&tunnel.metadata))),
        )
        .collect();
    users.sort();
    users
}

async fn bind(
    controller: &ProviderController,
    reads: &Reads,
    name: &str,
    provider: &Provider,
) -> Result<String, Problem> {
    let plugin_name = &provider.spec.plugin;
    let plugin = reads
        .get::<Plugin>(&Key::cluster(plugin_name))
        .ok_or_else(|| Problem::PluginMissing(plugin_name.clone()))?;
    let digest = digest(&plugin)?;
    let (grants, versions) = grants(reads, &controller.namespace, provider, &plugin)?;
    let fingerprint = fingerprint(provider, &plugin, &digest, &versions);
    if controller
        .registry
        .get(name)
        .is_some_and(|held| held.fingerprint == fingerprint)
    {
        return Ok(digest);
    }
    // After a restart nothing is loaded yet; the cache on disk has it.
    let parsed = install(controller, reads, &plugin, &digest).await?.digest;
    let bound = controller.installer.host.bind(name, &parsed, grants)?;
    let interval = provider
        .spec
        .interval_seconds
        .map_or(INTERVAL, |s| Duration::from_secs(s.into()));
    controller.registry.put(Configured::new(
        name.to_owned(),
        controller.installation.clone(),
        fingerprint,
        provider.spec.clone(),
        bound,
        interval,
    ));
    Ok(digest)
}

/// What runs. It goes on while another version is looked for, waits or is refused.
fn digest(plugin: &Plugin) -> Result<String, Problem> {
    let name = plugin.metadata.name.clone().unwrap_or_default();
    let status = plugin.status.as_ref();
    if let Some(digest) = status.and_then(|status| status.digest.clone()) {
        return Ok(digest);
    }
    let status = status.filter(|status| status.observed_generation == plugin.metadata.generation);
    match status.and_then(|status| condition::find(&status.conditions, condition::READY)) {
        Some(ready) => Err(Problem::PluginNotReady {
            name,
            message: ready.message.clone(),
        }),
        None => Err(Problem::PluginInstalling(name)),
    }
}

/// Exactly what runs, as far as it is still signed by who is required.
async fn install(
    controller: &ProviderController,
    reads: &Reads,
    plugin: &Plugin,
    digest: &str,
) -> Result<Installed, Problem> {
    let image = plugin.status.as_ref().and_then(|s| s.image.as_deref());
    let image = image.unwrap_or(&plugin.spec.image);
    let problem = |source| Problem::Install {
        plugin: plugin.metadata.name.clone().unwrap_or_default(),
        source,
    };
    let version = digest
        .parse()
        .map_err(|error| problem(InstallProblem::Reference(error)))?;
    let installed = controller
        .installer
        .install(reads, plugin, image, version)
        .await;
    installed.map_err(problem)
}

fn fingerprint(provider: &Provider, plugin: &Plugin, digest: &str, versions: &Versions) -> String {
    let parts = json!([
        provider.metadata.uid,
        provider.spec,
        plugin.spec.limits,
        digest,
        versions
    ]);
    hex::encode(Sha256::digest(parts.to_string()))
}
