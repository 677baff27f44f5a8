//! Providers as they are bound now: the store that the binding of a Provider publishes into, and that everyone reads.

use super::{
    error::LaneError,
    port::{Bound, DnsPort},
    tunnels::Tunnels,
    zone::{Place, Zone},
    zones::Zones,
};
use crate::cluster::{Fence, Reads, Router, Source};
use maquette_api::ProviderSpec;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

/// The name of this store for readers.
const STORE: &str = "bound providers";

/// Bindings of Providers by name. A change of one wakes the objects that read it.
pub struct Registry {
    bindings: RwLock<HashMap<String, Binding>>,
    router: Arc<Router>,
    fence: Fence,
}

/// What became of binding one provider.
#[derive(Clone, Default)]
pub struct Binding {
    /// The last one that succeeded. It serves removals also where a later one fails.
    pub configured: Option<Arc<Configured>>,
    /// Why the last one failed.
    pub problem: Option<Unusable>,
}

/// Why a provider cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The cause.
    pub message: String,
    /// Whether its user has to change something first.
    pub is_final: bool,
}

/// One provider that was bound to its plugin.
pub struct Configured {
    /// Its name.
    pub name: String,
    /// What it was bound from; the same is not bound twice.
    pub fingerprint: String,
    /// The spec that it was bound from: after a change nothing new may use it.
    pub spec: ProviderSpec,
    /// Its record sets.
    pub dns: Option<Arc<dyn DnsPort>>,
    /// Its tunnels.
    pub tunnels: Option<Arc<Tunnels>>,
    /// How often the objects at the provider are compared with their specs.
    pub interval: Duration,
    installation: String,
    fence: Fence,
    lanes: Mutex<HashMap<String, Arc<Zone>>>,
    zones: Option<Zones>,
}

impl Registry {
    /// No provider is bound yet.
    pub fn new(router: Arc<Router>, fence: Fence) -> Self {
        Self {
            bindings: RwLock::default(),
            router,
            fence,
        }
    }

    /// The right to call providers.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// What became of binding the provider of this name. The reader is woken when that changes.
    pub fn read(&self, reads: &Reads, name: &str) -> Binding {
        reads.entry(STORE, name);
        let bindings = self.bindings.read();
        let bindings = bindings.unwrap_or_else(PoisonError::into_inner);
        bindings.get(name).cloned().unwrap_or_default()
    }

    /// The provider of this name as it was last bound.
    pub fn get(&self, name: &str) -> Option<Arc<Configured>> {
        let bindings = self.bindings.read();
        let bindings = bindings.unwrap_or_else(PoisonError::into_inner);
        bindings.get(name)?.configured.clone()
    }

    /// The provider is bound.
    pub fn put(&self, provider: Configured) {
        let name = provider.name.clone();
        self.update(&name, |binding| {
            binding.configured = Some(Arc::new(provider));
            binding.problem = None;
            true
        });
    }

    /// The provider is bound as it was before.
    pub fn keep(&self, name: &str) {
        self.update(name, |binding| binding.problem.take().is_some());
    }

    /// The provider cannot be bound now. What was bound before serves removals.
    pub fn fail(&self, name: &str, problem: Unusable) {
        self.update(name, |binding| {
            let is_new = binding.problem.as_ref() != Some(&problem);
            binding.problem = Some(problem);
            is_new
        });
    }

    /// The provider does not exist any more. Its lanes end with their calls.
    pub fn remove(&self, name: &str) {
        let mut bindings = self
            .bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let removed = bindings.remove(name);
        drop(bindings);
        if removed.is_some() {
            self.changed(name);
        }
    }

    fn update(&self, name: &str, change: impl FnOnce(&mut Binding) -> bool) {
        let mut bindings = self
            .bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let changed = change(bindings.entry(name.to_owned()).or_default());
        drop(bindings);
        if changed {
            self.changed(name);
        }
    }

    fn changed(&self, name: &str) {
        let source = Source::Entry(STORE, name.to_owned());
        self.router.changed(&[source], None);
    }
}

impl Configured {
    /// A provider that is bound.
    pub fn new(
        name: String,
        installation: String,
        fingerprint: String,
        spec: ProviderSpec,
        bound: Bound,
        interval: Duration,
        fence: Fence,
    ) -> Self {
        let Bound { dns, tunnel } = bound;
        let tunnels = tunnel
            .map(|tunnel| Arc::new(Tunnels::start(tunnel, installation.clone(), fence.clone())));
        let object = format!("Provider/{name}");
        let zones = dns
            .clone()
            .map(|dns| Zones::start(dns, installation.clone(), object, fence.clone()));
        Self {
            name,
            fingerprint,
            spec,
            dns,
            tunnels,
            interval,
            installation,
            fence,
            lanes: Mutex::default(),
            zones,
        }
    }

    /// Zones that the credential can change, at most five minutes old.
    ///
    /// # Errors
    /// Why the provider was not asked, or gave no answer.
    pub async fn zones(&self) -> Result<Vec<String>, LaneError> {
        match &self.zones {
            Some(zones) => Ok(zones.list().await?.to_vec()),
            None => Ok(Vec::new()),
        }
    }

    /// One zone. Nothing where the plugin keeps no record sets.
    pub fn lane(&self, zone: &str) -> Option<Arc<Zone>> {
        let dns = self.dns.clone()?;
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(zone.to_owned()).or_insert_with(|| {
            let place = Place {
                dns,
                installation: self.installation.clone(),
                object: format!("Provider/{}", self.name),
                zone: zone.to_owned(),
            };
            Arc::new(Zone::start(place, self.fence.clone()))
        });
        Some(lane.clone())
    }
}
