//! What the provider said in this process. After a restart it is asked again; nothing depends on this memory.

use crate::cluster::Key;
use maquette_api::TunnelRoute;
use maquette_host::kinds::tunnel::{Established, Observed as Seen, Route};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A tunnel as the provider last described it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its description.
    pub(super) established: Established,
    /// The routes that were asked for.
    pub(super) routes: Vec<Route>,
    /// Whether the provider said that these are its routes.
    pub(super) set: bool,
    /// The provider and its plugin as they were.
    pub(super) fingerprint: String,
    /// Digest of the secret.
    pub(super) secret: String,
    /// When the provider was last seen to be right.
    pub(super) seen_at: Option<Instant>,
    /// Connections of connectors when it was last looked at, where the provider counts them.
    pub(super) connections: Option<u32>,
}

/// How soon a provider is looked at again that sees no connection.
pub(super) const UNCONNECTED: Duration = Duration::from_secs(5);
/// How long what it said of that holds when something happens to the connector.
const MOMENT: Duration = Duration::from_millis(500);

impl Known {
    /// Whether the provider was seen to be right so recently that it need not be looked at.
    pub(super) fn is_fresh(&self, interval: Duration) -> bool {
        let interval = if self.is_unconnected() {
            MOMENT
        } else {
            // The next look after a creation comes within one and a half intervals.
            interval / 2
        };
        self.seen_at.is_some_and(|at| at.elapsed() < interval)
    }

    /// Whether the provider saw no connection, so that its next answer may be another one at any time.
    pub(super) fn is_unconnected(&self) -> bool {
        self.connections == Some(0)
    }

    /// Whether what is at the provider is what was asked for.
    pub(super) fn agrees(&self, seen: &Seen) -> bool {
        seen.version.is_empty()
            || (self.set && seen.version == self.established.version)
            || same_routes(&seen.routes, &self.routes)
    }
}

/// The same routes; their order has no meaning once a provider has them.
pub(super) fn same_routes(one: &[Route], other: &[Route]) -> bool {
    let sorted = |routes: &[Route]| {
        let mut all: Vec<(String, Option<String>, String)> = routes
            .iter()
            .map(|r| (r.hostname.clone(), r.path.clone(), r.service.clone()))
            .collect();
        all.sort();
        all
    };
    sorted(one) == sorted(other)
}

/// Routes as a provider takes them. Connectors run in another namespace, so a service is named with its own.
pub(super) fn routes(namespace: &str, routes: &[TunnelRoute]) -> Vec<Route> {
    routes
        .iter()
        .map(|route| Route {
            hostname: route.host.clone(),
            path: route.path.clone(),
            service: format!(
                "{}://{}.{namespace}.svc:{}",
                route.service.scheme.as_str(),
                route.service.name,
                route.service.port
            ),
        })
        .collect()
}

/// What is known of each tunnel.
#[derive(Default)]
pub(super) struct KnownTunnels(Mutex<HashMap<Key, Arc<Known>>>);

impl KnownTunnels {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Known>> {
        self.lock().get(key).cloned()
    }

    pub(super) fn put(&self, key: Key, known: Known) {
        self.lock().insert(key, Arc::new(known));
    }

    pub(super) fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Arc<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
