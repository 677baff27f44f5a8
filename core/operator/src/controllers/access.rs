//! Who may use a Provider, and what to say where one cannot be used. Shared by the kinds that keep something there.

use crate::{
    cluster::{Key, NamespaceSummary, Reads},
    providers::{Configured, LaneError, Registry},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use maquette_api::{Provider, condition, condition::Verdict, reason};
use maquette_host::{CallError, PluginError};
use std::{collections::BTreeMap, sync::Arc};

/// Annotation that lets an object go whose provider is gone for good; what it keeps is left behind.
pub(super) const ABANDON_ANNOTATION: &str = "maquette.dev/abandon";

/// Why a Provider cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("spec.provider: there is no Provider {0}; apply one, or correct the name")]
    Missing(String),
    #[error("Provider {name} is not Ready: {message}")]
    NotReady { name: String, message: String },
    /// Nothing is wrong: this process has not bound it yet.
    #[error("Provider {0} is being bound to its plugin")]
    Starting(String),
    #[error("Provider {0} is being deleted; choose another one")]
    Terminating(String),
    #[error("Provider {name} keeps no {what}: its plugin does not implement {interface}")]
    OtherKind {
        name: String,
        what: &'static str,
        interface: &'static str,
    },
    #[error(
        "the scope of Provider {provider} does not include namespace {namespace}; ask for a label that spec.scope.namespaces selects"
    )]
    NamespaceOutOfScope { provider: String, namespace: String },
    #[error(
        "the scope of Provider {provider} does not include a zone for {name}; it includes: {known}"
    )]
    ZoneOutOfScope {
        provider: String,
        name: String,
        known: String,
    },
}

impl Problem {
    /// What to say of it.
    pub(super) fn verdict(&self) -> Verdict {
        let message = self.to_string();
        match self {
            Self::Starting(_) => Verdict::progressing(reason::PROGRESSING, message),
            Self::Missing(_) => Verdict::stalled(reason::PROVIDER_NOT_FOUND, message),
            Self::NotReady { .. } | Self::Terminating(_) | Self::OtherKind { .. } => {
                Verdict::stalled(reason::PROVIDER_NOT_READY, message)
            }
            Self::NamespaceOutOfScope { .. } | Self::ZoneOutOfScope { .. } => {
                Verdict::stalled(reason::OUT_OF_SCOPE, message)
            }
        }
    }
}

/// The Provider of this name with its plugin, as both are now.
pub(super) fn provider(
    reads: &Reads,
    registry: &Registry,
    name: &str,
) -> Result<(Arc<Provider>, Arc<Configured>), Problem> {
    let provider = reads
        .get::<Provider>(&Key::cluster(name))
        .ok_or_else(|| Problem::Missing(name.to_owned()))?;
    let bound = registry.read(reads, name);
    match bound.filter(|bound| bound.spec == provider.spec) {
        Some(configured) => Ok((provider, configured)),
        None => Err(not_ready(name.to_owned(), &provider)),
    }
}

/// Whether the Provider takes up something new for this namespace.
pub(super) fn admit(reads: &Reads, provider: &Provider, namespace: &str) -> Result<(), Problem> {
    let name = provider.metadata.name.clone().unwrap_or_default();
    if provider.metadata.deletion_timestamp.is_some() {
        return Err(Problem::Terminating(name));
    }
    let scope = provider.spec.scope.as_ref();
    let selector = scope.and_then(|scope| scope.namespaces.as_ref());
    if selector.is_none_or(|selector| selects(reads, selector, namespace)) {
        return Ok(());
    }
    Err(Problem::NamespaceOutOfScope {
        provider: name,
        namespace: namespace.to_owned(),
    })
}

/// Whether the name is the zone or lies in it.
pub(super) fn lies_in(name: &str, zone: &str) -> bool {
    name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
}

fn selects(reads: &Reads, selector: &LabelSelector, namespace: &str) -> bool {
    // A namespace that is not known yet is selected by nothing, also not by what its labels lack.
    let Some(namespace) = reads.get::<NamespaceSummary>(&Key::cluster(namespace)) else {
        return false;
    };
    let labels = namespace.metadata.labels.clone().unwrap_or_default();
    // A selector that cannot be read selects nothing.
    kube::core::Selector::try_from(selector.clone()).is_ok_and(|selector| {
        use kube::core::SelectorExt as _;
        selector.matches(&labels)
    })
}

/// What is said of an older generation of the Provider does not count.
fn not_ready(name: String, provider: &Provider) -> Problem {
    let conditions = provider
        .status
        .as_ref()
        .filter(|status| status.observed_generation == provider.metadata.generation)
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    match condition::find(conditions, condition::READY) {
        Some(ready) if ready.status != "True" => Problem::NotReady {
            name,
            message: ready.message.clone(),
        },
        _ => Problem::Starting(name),
    }
}

/// Whether the object may go although what it keeps may be left behind.
pub(super) fn is_abandoned(annotations: Option<&BTreeMap<String, String>>) -> bool {
    annotations
        .and_then(|annotations| annotations.get(ABANDON_ANNOTATION))
        .is_some_and(|value| value == "true")
}

/// What a kind says where a plugin answers with an error that only the kind understands.
pub(super) struct Words {
    /// Reason where the provider refuses what the spec says.
    pub(super) invalid: &'static str,
    /// Reason where something that the call refers to does not exist.
    pub(super) not_found: &'static str,
    /// Where somebody else, or nobody who left a mark, has what the spec names.
    pub(super) conflict: fn(Option<&str>) -> Verdict,
}

/// What to say where a provider gave no answer. `owner` is the object's own mark.
pub(super) fn error_verdict(error: &LaneError, owner: &str, words: &Words) -> Verdict {
    let message = error.to_string();
    if let Some(error) = error.plugin() {
        return plugin_verdict(error, message, owner, words);
    }
    match error {
        LaneError::Call(error) => match &**error {
            CallError::Denied(_) => Verdict::stalled(reason::EGRESS_NOT_GRANTED, message),
            CallError::Timeout(_) | CallError::Overloaded(_) | CallError::Host(_) => {
                Verdict::failing(reason::PROVIDER_UNAVAILABLE, message)
            }
            _ => Verdict::failing(reason::PLUGIN_FAILED, message),
        },
        LaneError::Full | LaneError::Closed => {
            Verdict::failing(reason::PROVIDER_NOT_READY, message)
        }
        LaneError::NoOutcome | LaneError::Refused(_) => {
            Verdict::failing(reason::PLUGIN_FAILED, message)
        }
    }
}

fn plugin_verdict(error: &PluginError, message: String, owner: &str, words: &Words) -> Verdict {
    match error {
        PluginError::Conflict(Some(other)) if other != owner => (words.conflict)(Some(other)),
        PluginError::Invalid { .. } | PluginError::Unsupported(_) => {
            Verdict::stalled(words.invalid, format!("spec: {message}"))
        }
        PluginError::Unauthorized(_) => Verdict::failing(reason::UNAUTHORIZED, message),
        PluginError::Forbidden(_) | PluginError::Quota(_) => {
            Verdict::failing(reason::FORBIDDEN, message)
        }
        PluginError::NotFound(_) => Verdict::failing(words.not_found, message),
        PluginError::RateLimited(_) => Verdict::failing(reason::RATE_LIMITED, message),
        PluginError::Conflict(_) | PluginError::Transient { .. } | PluginError::Other(_) => {
            Verdict::failing(reason::PROVIDER_UNAVAILABLE, message)
        }
    }
}
