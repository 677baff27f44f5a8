//! Binds the plugin to the grants of the Provider, and publishes the result under the Provider's name.

use super::{ProviderController, problem::Problem};
use crate::{
    cluster::{Key, Reads},
    controllers::{
        grants::{Digests, grants},
        outside::Recalled,
        plugin::InstallProblem,
    },
    providers::{Configured, Unusable},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::{DNSRecord, Plugin, Provider, Tunnel, condition, reason};
use maquette_host::Installed;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How often the objects at a provider are compared with their specs, where the Provider does not say.
const INTERVAL: Duration = Duration::from_mins(1);

/// The result of binding the plugin.
pub struct Observed {
    /// Whether a problem lasts for long.
    pub(super) recalled: Recalled,
    /// Digest of the plugin that serves the provider now.
    pub(super) bound: Result<String, Problem>,
    /// Records and tunnels that still use it, where it is being deleted: kind, namespace and name.
    pub(super) used_by: Vec<String>,
}

pub(super) async fn observe(
    controller: &ProviderController,
    reads: &Reads,
    provider: &Provider,
) -> Observed {
    let name = provider.metadata.name.clone().unwrap_or_default();
    let bound = bind(controller, reads, &name, provider).await;
    if let Err(problem) = &bound {
        let unusable = Unusable {
            message: problem.verdict().message,
            is_final: problem.is_final(),
        };
        controller.registry.fail(&name, unusable);
    }
    let key = Key::of(&provider.metadata);
    let used_by = if provider.metadata.deletion_timestamp.is_some() {
        users(reads, &name)
    } else {
        Vec::new()
    };
    Observed {
        recalled: controller.memory.recall(&key, false, bound.is_err()),
        bound,
        used_by,
    }
}

fn users(reads: &Reads, name: &str) -> Vec<String> {
    let keeps = |record: &DNSRecord| {
        let mut ledger = record.status.iter().flat_map(|status| &status.ledger);
        let reported = record.status.as_ref().and_then(|s| s.observed_generation);
        ledger.any(|entry| entry.provider == name)
            || (record.spec.provider == name && may_begin(&record.metadata, reported))
    };
    let has = |tunnel: &Tunnel| {
        let mut ledger = tunnel.status.iter().flat_map(|status| &status.ledger);
        let reported = tunnel.status.as_ref().and_then(|s| s.observed_generation);
        ledger.any(|entry| entry.provider == name)
            || (tunnel.spec.provider == name && may_begin(&tunnel.metadata, reported))
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

/// Whether the object may have been admitted a moment ago, so that its ledger is about to be written: its spec was not
/// reported yet.
fn may_begin(meta: &ObjectMeta, reported: Option<i64>) -> bool {
    meta.deletion_timestamp.is_none() && reported != meta.generation
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
    let (grants, digests) = grants(reads, &controller.namespace, provider, &plugin)?;
    let fingerprint = fingerprint(provider, &plugin, &digest, &digests);
    let held = controller.registry.get(name);
    if held.is_some_and(|held| held.fingerprint == fingerprint) {
        controller.registry.keep(name);
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
        controller.registry.fence().clone(),
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
            is_final: ready.reason != reason::CREDENTIAL_MISSING
                && status.is_some_and(|s| condition::holds(&s.conditions, condition::STALLED)),
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

fn fingerprint(provider: &Provider, plugin: &Plugin, digest: &str, digests: &Digests) -> String {
    let parts = json!([
        provider.metadata.uid,
        provider.spec,
        plugin.spec.limits,
        digest,
        digests
    ]);
    hex::encode(Sha256::digest(parts.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_whose_spec_was_not_reported_may_begin_to_use_its_provider() {
        let mut meta = ObjectMeta {
            generation: Some(2),
            ..ObjectMeta::default()
        };
        assert!(may_begin(&meta, None), "it was created a moment ago");
        assert!(may_begin(&meta, Some(1)));
        assert!(
            !may_begin(&meta, Some(2)),
            "it was told that the Provider is being deleted"
        );
        meta.deletion_timestamp = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
            jiff::Timestamp::UNIX_EPOCH,
        ));
        assert!(!may_begin(&meta, None));
    }
}
