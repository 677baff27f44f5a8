//! What a Provider grants its plugin, read from its spec and from Secrets of the operator's namespace.

use super::observe::Problem;
use crate::{
    cluster::{Key, Reads},
    quantity,
};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use maquette_api::{Plugin, Provider, plugin as api};
use maquette_host::{Grants, Limits, Secret};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// Resource versions of Secrets, by the credential.
pub(super) type Versions = BTreeMap<String, String>;

/// What the Provider grants the plugin, and the versions of the Secrets that it comes from.
///
/// # Errors
/// What is wrong with a field of the Provider, with the Plugin's limits, or with a Secret.
pub(in crate::controllers) fn grants(
    reads: &Reads,
    namespace: &str,
    provider: &Provider,
    plugin: &Plugin,
) -> Result<(Grants, Versions), Problem> {
    let (credentials, versions) = credentials(reads, namespace, provider)?;
    let grants = Grants {
        config: Value::Object(provider.spec.config.0.clone()),
        credentials,
        egress: provider
            .spec
            .egress
            .iter()
            .map(|origin| origin.parse())
            .collect::<Result<_, _>>()?,
        egress_cidrs: provider
            .spec
            .egress_cidrs
            .iter()
            .map(|range| range.parse().map_err(|_| Problem::Range(range.clone())))
            .collect::<Result<_, _>>()?,
        limits: limits(plugin)?,
    };
    Ok((grants, versions))
}

fn limits(plugin: &Plugin) -> Result<Limits, Problem> {
    let wanted = plugin.spec.limits.clone().unwrap_or_default();
    let api::Limits {
        memory,
        timeout_seconds,
        concurrency,
    } = wanted;
    let mut limits = Limits::default();
    if let Some(quantity) = memory {
        limits.memory_bytes = quantity::bytes(&quantity.0).ok_or_else(|| Problem::Memory {
            plugin: plugin.metadata.name.clone().unwrap_or_default(),
            quantity: quantity.0.clone(),
        })?;
    }
    if let Some(seconds) = timeout_seconds {
        limits.timeout = Duration::from_secs(seconds.into());
    }
    if let Some(concurrency) = concurrency {
        limits.concurrency = usize::try_from(concurrency).unwrap_or(limits.concurrency);
    }
    Ok(limits)
}

type Credentials = (BTreeMap<String, Secret>, Versions);

/// The credentials and the versions of the Secrets they come from.
fn credentials(
    reads: &Reads,
    namespace: &str,
    provider: &Provider,
) -> Result<Credentials, Problem> {
    let (mut secrets, mut versions) = (BTreeMap::new(), BTreeMap::new());
    for (name, credential) in &provider.spec.credentials {
        let reference = &credential.secret_ref;
        let problem = |problem: String| Problem::Credential {
            name: name.clone(),
            problem,
        };
        let key = Key::new(namespace, reference.name.clone());
        let secret = reads.get::<KubeSecret>(&key).ok_or_else(|| {
            problem(format!(
                "the Secret {} does not exist in namespace {}",
                reference.name, namespace
            ))
        })?;
        let bytes = secret
            .data
            .as_ref()
            .and_then(|data| data.get(&reference.key))
            .ok_or_else(|| {
                let known: Vec<_> = secret
                    .data
                    .iter()
                    .flatten()
                    .map(|(key, _)| key.as_str())
                    .collect();
                problem(format!(
                    "the Secret {} has no key {}; it has: {}",
                    reference.name,
                    reference.key,
                    known.join(", ")
                ))
            })?;
        secrets.insert(name.clone(), Secret::new(bytes.0.clone()));
        versions.insert(
            name.clone(),
            secret.metadata.resource_version.clone().unwrap_or_default(),
        );
    }
    Ok((secrets, versions))
}
