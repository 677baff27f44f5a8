//! Who may use a Provider, and the verdict where one cannot be used. Shared by the kinds that keep something there.

#[cfg(test)]
mod tests;

use crate::{
    cluster::{Key, Kind, NamespaceSummary, Reads},
    providers::{Binding, Configured, LaneError, Registry, Unusable},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use maquette_api::{Provider, Requester, Scope, Workspace, condition::Verdict, reason};
use maquette_host::{CallError, PluginError};
use std::{collections::BTreeMap, sync::Arc};

/// Why a Provider cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("spec.provider: Provider {0} not found; apply one, or correct the name")]
    Missing(String),
    #[error("Provider {name} is not Ready: {message}")]
    NotReady {
        name: String,
        message: String,
        /// Whether its user has to change something first.
        is_final: bool,
    },
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
    #[error(
        "the scope of Provider {provider} does not include the name {name} for namespace {namespace}; ask for an entry of spec.scope.names"
    )]
    NameOutOfScope {
        provider: String,
        name: String,
        namespace: String,
    },
    #[error(
        "the scope of Provider {provider} does not include records of type {kind}; ask for an entry of spec.scope.types"
    )]
    TypeOutOfScope { provider: String, kind: String },
    #[error(
        "spec.name: the name {0} is in use by an object of another namespace; set another name, or wait until it is free"
    )]
    NameInUse(String),
}

impl Problem {
    /// Whether the object itself is as it should be, and may be served a moment later.
    pub(super) fn is_trouble(&self) -> bool {
        matches!(
            self,
            Self::Missing(_) | Self::NotReady { .. } | Self::Starting(_)
        )
    }

    /// Whether the user has to change something, however long the object waits.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::NotReady { is_final, .. } => *is_final,
            other => !other.is_trouble(),
        }
    }

    /// The verdict on an object that has this problem.
    pub(super) fn verdict(&self) -> Verdict {
        let message = self.to_string();
        match self {
            Self::Starting(_) => Verdict::progressing(reason::PROGRESSING, message),
            Self::Missing(_) => Verdict::stalled(reason::PROVIDER_NOT_FOUND, message),
            Self::NotReady { .. } | Self::Terminating(_) | Self::OtherKind { .. } => {
                Verdict::stalled(reason::PROVIDER_NOT_READY, message)
            }
            Self::NameInUse(_) => Verdict::stalled(reason::HOSTNAME_TAKEN, message),
            Self::NamespaceOutOfScope { .. }
            | Self::ZoneOutOfScope { .. }
            | Self::NameOutOfScope { .. }
            | Self::TypeOutOfScope { .. } => Verdict::stalled(reason::OUT_OF_SCOPE, message),
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
    let Binding {
        configured,
        problem,
    } = registry.read(reads, name);
    if let Some(Unusable { message, is_final }) = problem {
        return Err(Problem::NotReady {
            name: name.to_owned(),
            message,
            is_final,
        });
    }
    match configured.filter(|bound| bound.spec == provider.spec) {
        Some(configured) => Ok((provider, configured)),
        None => Err(Problem::Starting(name.to_owned())),
    }
}

/// The provider of this name for a removal: as it is now, or, where it cannot be bound any more, as it was last bound.
pub(super) fn for_removal(
    reads: &Reads,
    registry: &Registry,
    name: &str,
) -> Result<Arc<Configured>, Problem> {
    match provider(reads, registry, name) {
        Ok((_, configured)) => Ok(configured),
        Err(problem @ Problem::NotReady { .. }) => registry.get(name).ok_or(problem),
        Err(problem) => Err(problem),
    }
}

/// Whether the Provider admits something new of this namespace.
pub(super) fn admit(reads: &Reads, provider: &Provider, namespace: &str) -> Result<(), Problem> {
    let name = provider.metadata.name.clone().unwrap_or_default();
    if provider.metadata.deletion_timestamp.is_some() {
        return Err(Problem::Terminating(name));
    }
    let scope = provider.spec.scope.as_ref();
    let selector = scope.and_then(|scope| scope.namespaces.as_ref());
    if selector.is_none_or(|selector| selects_namespace(reads, selector, namespace)) {
        return Ok(());
    }
    Err(Problem::NamespaceOutOfScope {
        provider: name,
        namespace: namespace.to_owned(),
    })
}

/// Name of the workspace that controls the object: one that exists and has the UID of the owner reference, which users can
/// write, too.
pub(super) fn workspace_of(reads: &Reads, meta: &ObjectMeta) -> Option<String> {
    let mut owners = meta.owner_references.iter().flatten();
    let owner = owners.find(|owner| {
        owner.controller == Some(true)
            && owner.kind == Kind::Workspace.name()
            && owner.api_version == Kind::Workspace.api_version()
    })?;
    let key = Key::new(
        meta.namespace.clone().unwrap_or_default(),
        owner.name.clone(),
    );
    let uid = reads.get_as(&key, |workspace: Option<&Workspace>| {
        workspace.and_then(|workspace| workspace.metadata.uid.clone())
    });
    (uid.as_ref() == Some(&owner.uid)).then(|| owner.name.clone())
}

/// Whether the object may have the name, which lies in `zone` where that is known.
pub(super) fn admit_name(
    scope: &Scope,
    provider: &str,
    name: &str,
    zone: Option<&str>,
    requester: Requester<'_>,
) -> Result<(), Problem> {
    if scope.admits_name(name, zone, requester) {
        return Ok(());
    }
    Err(Problem::NameOutOfScope {
        provider: provider.to_owned(),
        name: name.to_owned(),
        namespace: requester.namespace.to_owned(),
    })
}

/// The longest of the zones in which the name lies.
pub(super) fn zone_of<'a>(name: &str, zones: &'a [String]) -> Option<&'a str> {
    let zones = zones.iter().filter(|zone| lies_in(name, zone));
    zones.max_by_key(|zone| zone.len()).map(String::as_str)
}

/// Whether the name is the zone or lies in it.
pub(super) fn lies_in(name: &str, zone: &str) -> bool {
    name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
}

fn selects_namespace(reads: &Reads, selector: &LabelSelector, namespace: &str) -> bool {
    // A namespace that is not known yet is selected by nothing, also not by what its labels lack.
    let Some(namespace) = reads.get::<NamespaceSummary>(&Key::cluster(namespace)) else {
        return false;
    };
    let labels = namespace.metadata.labels.clone().unwrap_or_default();
    selects(selector, &labels)
}

/// Whether the selector selects these labels. A selector that cannot be read selects nothing.
pub(super) fn selects(selector: &LabelSelector, labels: &BTreeMap<String, String>) -> bool {
    kube::core::Selector::try_from(selector.clone()).is_ok_and(|selector| {
        use kube::core::SelectorExt as _;
        selector.matches(labels)
    })
}

/// The verdicts of a kind where a plugin answers with an error that only the kind understands.
pub(super) struct Words {
    /// Reason where the provider refuses the spec.
    pub(super) invalid: &'static str,
    /// Reason where something that the call refers to does not exist.
    pub(super) not_found: &'static str,
    /// Verdict where another owner, or none that is known, has the thing that the spec names.
    pub(super) conflict: fn(Option<&str>) -> Verdict,
}

/// The verdict where a provider gave no answer. `owner` is the object's own mark.
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
        LaneError::NotAsked(error) => error_verdict(error, owner, words),
        LaneError::Full | LaneError::Closed | LaneError::NotLeading(_) => {
            Verdict::failing(reason::PROVIDER_NOT_READY, message)
        }
        LaneError::NoOutcome | LaneError::Refused(_) | LaneError::Panicked => {
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
