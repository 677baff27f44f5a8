//! The grants of a Provider to its plugin, read from its spec and from Secrets of the operator's namespace.

use crate::{
    cluster::{Key, Reads},
    quantity,
};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use maquette_api::{Plugin, Provider, condition::Verdict, plugin as api, reason};
use maquette_host::{GrantError, Grants, Limits, OriginError, Secret};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, time::Duration};

/// Digests of the values, by the credential. They are not written anywhere, because a value may be guessed from its digest.
pub(in crate::controllers) type Digests = BTreeMap<String, String>;

/// What is wrong with the grants of a Provider.
#[derive(Debug, thiserror::Error)]
pub(in crate::controllers) enum GrantProblem {
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
    #[error("{place}{0}", place = place(.0))]
    Grant(#[from] GrantError),
}

impl GrantProblem {
    /// Whether the user has to change something, however long the Provider waits.
    pub(in crate::controllers) fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Credential { .. } | Self::Grant(GrantError::NotInstalled(_))
        )
    }

    /// The verdict on a Provider that has this problem.
    pub(in crate::controllers) fn verdict(&self) -> Verdict {
        let message = self.to_string();
        match self {
            Self::Credential { .. } => Verdict::stalled(reason::CREDENTIAL_MISSING, message),
            Self::Origin(_) | Self::Range(_) | Self::Memory { .. } => {
                Verdict::stalled(reason::INVALID_SPEC, message)
            }
            Self::Grant(grant) => match grant {
                GrantError::EgressNotGranted { .. } => {
                    Verdict::stalled(reason::EGRESS_NOT_GRANTED, message)
                }
                GrantError::CredentialMissing { .. }
                | GrantError::CredentialGroup { .. }
                | GrantError::CredentialMalformed { .. } => {
                    Verdict::stalled(reason::CREDENTIAL_MISSING, message)
                }
                GrantError::NotInstalled(_) => Verdict::failing(reason::PLUGIN_NOT_READY, message),
                GrantError::Limit { .. } => Verdict::stalled(reason::INVALID_SPEC, message),
                _ => Verdict::stalled(reason::INVALID_CONFIG, message),
            },
        }
    }
}

/// The start of the host's message: the field to change.
fn place(error: &GrantError) -> &'static str {
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

/// The grants of the Provider to the plugin, and the digests of its credentials.
///
/// # Errors
/// What is wrong with a field of the Provider, with the Plugin's limits, or with a Secret.
pub(in crate::controllers) fn grants(
    reads: &Reads,
    namespace: &str,
    provider: &Provider,
    plugin: &Plugin,
) -> Result<(Grants, Digests), GrantProblem> {
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
            .map(|range| {
                range
                    .parse()
                    .map_err(|_| GrantProblem::Range(range.clone()))
            })
            .collect::<Result<_, _>>()?,
        limits: limits(plugin)?,
    };
    Ok((grants, digests))
}

fn limits(plugin: &Plugin) -> Result<Limits, GrantProblem> {
    let wanted = plugin.spec.limits.clone().unwrap_or_default();
    let api::Limits {
        memory,
        timeout_seconds,
        concurrency,
    } = wanted;
    let mut limits = Limits::default();
    if let Some(quantity) = memory {
        limits.memory_bytes = quantity::bytes(&quantity.0).ok_or_else(|| GrantProblem::Memory {
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
) -> Result<Credentials, GrantProblem> {
    let (mut secrets, mut digests) = (BTreeMap::new(), BTreeMap::new());
    for (name, credential) in &provider.spec.credentials {
        let reference = &credential.secret_ref;
        let problem = |problem: String| GrantProblem::Credential {
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
