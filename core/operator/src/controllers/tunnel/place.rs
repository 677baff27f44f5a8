//! Who may have which hosts where.

use super::TunnelController;
use crate::{
    cluster::{Key, Reads},
    controllers::access::{self, Problem},
};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{Tunnel, provider::SecretKey};
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
    /// Its credentials: where each is, and the version of the Secret.
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
    let (provider, configured) = access::provider(reads, &controller.registry, name)?;
    if configured.tunnels.is_none() {
        return Err(Problem::OtherKind {
            name: name.clone(),
            what: "tunnels",
            interface: "maquette:tunnel/tunnel",
        });
    }
    if tunnel.metadata.deletion_timestamp.is_none() {
        access::admit(reads, &provider, &key.namespace)?;
        let scope = provider.spec.scope.as_ref();
        let zones = scope
            .map(|scope| scope.zones.as_slice())
            .unwrap_or_default();
        let outside =
            |host: &str| !zones.is_empty() && !zones.iter().any(|zone| access::lies_in(host, zone));
        if let Some(route) = tunnel.spec.routes.iter().find(|route| outside(&route.host)) {
            return Err(Problem::ZoneOutOfScope {
                provider: name.clone(),
                name: route.host.clone(),
                known: zones.join(", "),
            });
        }
    }
    let credentials = provider.spec.credentials.iter().map(|(name, credential)| {
        let reference = credential.secret_ref.clone();
        let secret = Key::new(controller.namespace.clone(), reference.name.clone());
        let version = reads
            .get::<Secret>(&secret)
            .and_then(|secret| secret.metadata.resource_version.clone());
        (name.clone(), (reference, version.unwrap_or_default()))
    });
    Ok(Place {
        fingerprint: configured.fingerprint.clone(),
        interval: configured.interval,
        images: provider
            .spec
            .connector
            .as_ref()
            .map(|grant| grant.images.clone())
            .unwrap_or_default(),
        credentials: credentials.collect(),
    })
}
