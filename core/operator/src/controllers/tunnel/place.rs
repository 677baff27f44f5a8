//! Who may have which hosts where.

use super::TunnelController;
use crate::{
    cluster::{Key, Reads},
    controllers::access::{self, Problem},
};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{Requester, Scope, Tunnel, provider::SecretKey};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, time::Duration};

/// What of the Provider matters for a tunnel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// The provider and its plugin as they are.
    pub(super) fingerprint: String,
    /// How often the provider is compared with what it should be.
    pub(super) interval: Duration,
    /// Repositories of connectors.
    pub(super) images: Vec<String>,
    /// Its credentials: where each is, and the digest of its value. The digest is not written anywhere, because a value may
    /// be guessed from it.
    pub(super) credentials: BTreeMap<String, (SecretKey, String)>,
}

/// Where the tunnel belongs. What exists is found whatever the scope says by now.
pub(super) fn place(
    controller: &TunnelController,
    reads: &Reads,
    key: &Key,
    tunnel: &Tunnel,
) -> Result<Place, Problem> {
    let name = &tunnel.spec.provider;
    let deleting = tunnel.metadata.deletion_timestamp.is_some();
    let configured = if deleting {
        access::for_removal(reads, &controller.registry, name)?
    } else {
        let (provider, configured) = access::provider(reads, &controller.registry, name)?;
        access::admit(reads, &provider, &key.namespace)?;
        configured
    };
    let spec = &configured.spec;
    if configured.tunnels.is_none() {
        return Err(Problem::OtherKind {
            name: name.clone(),
            what: "tunnels",
            interface: "maquette:tunnel/tunnel",
        });
    }
    if !deleting {
        let scope = spec.scope.clone().unwrap_or_default();
        let workspace = access::workspace_of(reads, &tunnel.metadata);
        let requester = Requester {
            namespace: &key.namespace,
            workspace: workspace.as_deref(),
        };
        for route in &tunnel.spec.routes {
            admit_host(&scope, name, &route.host, requester)?;
        }
    }
    let credentials = spec.credentials.iter().map(|(name, credential)| {
        let reference = credential.secret_ref.clone();
        let secret = Key::new(controller.namespace.clone(), reference.name.clone());
        let secret = reads.get::<Secret>(&secret);
        let data = secret.as_ref().and_then(|secret| secret.data.as_ref());
        let value = data.and_then(|data| data.get(&reference.key));
        let digest = value.map(|value| hex::encode(Sha256::digest(&value.0)));
        (name.clone(), (reference, digest.unwrap_or_default()))
    });
    Ok(Place {
        fingerprint: configured.fingerprint.clone(),
        interval: configured.interval,
        images: spec
            .connector
            .as_ref()
            .map(|grant| grant.images.clone())
            .unwrap_or_default(),
        credentials: credentials.collect(),
    })
}

/// Whether the tunnel may serve the host.
fn admit_host(
    scope: &Scope,
    provider: &str,
    host: &str,
    requester: Requester<'_>,
) -> Result<(), Problem> {
    let zone = access::zone_of(host, &scope.zones);
    if zone.is_none() && !scope.zones.is_empty() {
        return Err(Problem::ZoneOutOfScope {
            provider: provider.to_owned(),
            name: host.to_owned(),
            known: scope.zones.join(", "),
        });
    }
    access::admit_name(scope, provider, host, zone, requester)
}
