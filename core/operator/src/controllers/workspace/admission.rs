//! Whether a workspace may ask for host names: the Gateway and the Providers that would serve them exist, and admit it.
//!
//! What a workspace holds already stays held, whatever becomes of them.

use super::{
    host_routes::tunnel_provider,
    observe::{GatewayProblem, Observed},
    spec::Spec,
};
use crate::{
    cluster::{Key, NamespaceSummary, Reads},
    controllers::access::{self, Problem},
};
use maquette_api::{Provider, RecordType, Requester, Scope, Workspace, condition::Verdict, reason};
use std::collections::BTreeMap;

/// Why the workspace may not ask for host names; `None` where it may.
pub(super) fn refusal(
    reads: &Reads,
    workspace: &Workspace,
    spec: &Spec,
    observed: &Observed,
) -> Option<Verdict> {
    if let Some(Err(problem @ (GatewayProblem::NoApi | GatewayProblem::Missing(_)))) =
        &observed.gateway
    {
        return Some(problem.verdict());
    }
    let networking = workspace.spec.networking.as_ref()?;
    let namespace = workspace.metadata.namespace.as_deref().unwrap_or_default();
    let requester = Requester {
        namespace,
        workspace: workspace.metadata.name.as_deref(),
    };
    if let Some(dns) = &networking.dns {
        let Some(provider) = &observed.dns_provider else {
            return Some(Verdict::stalled(
                reason::PROVIDER_NOT_FOUND,
                "spec.networking.dns.provider: set it, or annotate a Provider with maquette.dev/default-for=dns",
            ));
        };
        let admitted = admit(reads, provider, namespace).and_then(|scope| {
            if !scope.zones.is_empty() && !scope.zones.contains(&dns.zone) {
                return Err(out_of_scope(&scope, provider, &dns.zone));
            }
            let usable = [RecordType::A, RecordType::Aaaa, RecordType::Cname];
            if !usable.into_iter().any(|kind| scope.admits_type(kind)) {
                let (provider, kind) = (provider.clone(), RecordType::A.as_str().to_owned());
                return Err(Problem::TypeOutOfScope { provider, kind });
            }
            let hosts = spec.hosts();
            let mut hosts = hosts
                .iter()
                .map(|host| access::admit_name(&scope, provider, host, Some(&dns.zone), requester));
            hosts.find(Result::is_err).unwrap_or(Ok(()))
        });
        if let Err(problem) = admitted {
            return Some(problem.verdict());
        }
    }
    let provider = tunnel_provider(workspace)?;
    let admitted = admit(reads, provider, namespace).and_then(|scope| {
        let hosts = spec.hosts();
        let mut hosts = hosts.iter().map(|host| {
            let zone = access::zone_of(host, &scope.zones);
            if zone.is_none() && !scope.zones.is_empty() {
                return Err(out_of_scope(&scope, provider, host));
            }
            access::admit_name(&scope, provider, host, zone, requester)
        });
        hosts.find(Result::is_err).unwrap_or(Ok(()))
    });
    admitted.err().map(|problem| problem.verdict())
}

fn out_of_scope(scope: &Scope, provider: &str, name: &str) -> Problem {
    Problem::ZoneOutOfScope {
        provider: provider.to_owned(),
        name: name.to_owned(),
        known: scope.zones.join(", "),
    }
}

/// What of a Provider decides.
#[derive(Hash)]
struct Access {
    is_deleted: bool,
    /// The scope as JSON: it has no hash of its own.
    scope: String,
}

/// The scope of the Provider, where it admits the namespace.
fn admit(reads: &Reads, name: &str, namespace: &str) -> Result<Scope, Problem> {
    let access = reads.get_as(&Key::cluster(name), |provider: Option<&Provider>| {
        provider.map(|provider| Access {
            is_deleted: provider.metadata.deletion_timestamp.is_some(),
            scope: serde_json::to_string(&provider.spec.scope).unwrap_or_default(),
        })
    });
    let access = access.ok_or_else(|| Problem::Missing(name.to_owned()))?;
    if access.is_deleted {
        return Err(Problem::Terminating(name.to_owned()));
    }
    let scope: Option<Scope> = serde_json::from_str(&access.scope).unwrap_or_default();
    let scope = scope.unwrap_or_default();
    if let Some(selector) = &scope.namespaces {
        let key = Key::cluster(namespace);
        let labels: Option<BTreeMap<String, String>> =
            reads.get_as(&key, |namespace: Option<&NamespaceSummary>| {
                namespace.map(|namespace| namespace.metadata.labels.clone().unwrap_or_default())
            });
        // A namespace that is not known yet is selected by nothing.
        if !labels.is_some_and(|labels| access::selects(selector, &labels)) {
            return Err(Problem::NamespaceOutOfScope {
                provider: name.to_owned(),
                namespace: namespace.to_owned(),
            });
        }
    }
    Ok(scope)
}
