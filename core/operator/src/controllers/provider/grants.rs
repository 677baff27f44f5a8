//! The grants of a Provider to its plugin, read from its spec and from Secrets of the operator's namespace.

use super::observe::Problem;
use crate::{
    cluster::{Key, Reads},
    quantity,
};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use maquette_api::{Plugin, Provider, plugin as api};
use maquette_host::{Grants, Limits, Secret};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, time::Duration};

/// Digests of the values, by the credential. They are not written anywhere, because a value may be guessed from its digest.
pub(super) type Digests = BTreeMap<String, String>;

/// The grants of the Provider to the plugin, and the digests of its credentials.
///
/// # Errors
/// What is wrong with a field of the Provider, with the Plugin's limits, or with a Secret.
pub(in crate::controllers) fn grants(
    reads: &Reads,
    namespace: &str,
    provider: &Provider,
    plugin: &Plugin,
) -> Result<(Grants, Digests), Problem> {
    let (credentials, digests) = credentials(reads, namespace, provider)?;
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
    Ok((grants, digests))
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

type Credentials = (BTreeMap<String, Secret>, Digests);

/// The credentials and the digests of their values.
fn credentials(
    reads: &Reads,
    namespace: &str,
    provider: &Provider,
) -> Result<Credentials, Problem> {
    let (mut secrets, mut digests) = (BTreeMap::new(), BTreeMap::new());
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
        digests.insert(name.clone(), hex::encode(Sha256::digest(&bytes.0)));
    }
    Ok((secrets, digests))
}
