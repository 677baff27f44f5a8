//! Which providers can be used now.

use super::{
    error::LaneError,
    lane::Lane,
    port::{Bound, DnsPort},
    tunnels::Tunnels,
};
use crate::cluster::{Fence, Reads, Router, Source};
use maquette_api::ProviderSpec;
use maquette_host::Call;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};
use tokio::time::Instant;

/// How long a list of zones is good for.
const ZONES_FOR: Duration = Duration::from_mins(5);

/// The name of this store for readers.
const STORE: &str = "bound providers";

/// Providers that are Ready, by name. A change of one wakes the objects that read it.
pub struct Registry {
    providers: RwLock<HashMap<String, Arc<Configured>>>,
    router: Arc<Router>,
    fence: Fence,
}

/// One provider that is Ready.
pub struct Configured {
    /// Its name.
    pub name: String,
    /// Identity of this installation.
    pub installation: String,
    /// What it was made from; another one of the same is not made.
    pub fingerprint: String,
    /// The spec that it was made from: after a change nothing may use it any more.
    pub spec: ProviderSpec,
    /// Its record sets.
    pub dns: Option<Arc<dyn DnsPort>>,
    /// Its tunnels.
    pub tunnels: Option<Arc<Tunnels>>,
    /// How often what it keeps is compared with what it should be.
    pub interval: Duration,
    lanes: Mutex<HashMap<String, Arc<Lane>>>,
    zones: tokio::sync::Mutex<Option<(Instant, Vec<String>)>>,
}

impl Registry {
    /// No provider is bound yet.
    pub fn new(router: Arc<Router>, fence: Fence) -> Self {
        Self {
            providers: RwLock::default(),
            router,
            fence,
        }
    }

    /// The right to call providers.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// The provider of this name, if it is Ready. The reader is woken when that changes.
    pub fn read(&self, reads: &Reads, name: &str) -> Option<Arc<Configured>> {
        reads.entry(STORE, name);
        self.get(name)
    }

    /// The provider of this name, if it is Ready.
    pub fn get(&self, name: &str) -> Option<Arc<Configured>> {
        self.providers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// The provider is Ready.
    pub fn put(&self, provider: Configured) {
        let name = provider.name.clone();
        self.providers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(provider.name.clone(), Arc::new(provider));
        self.changed(&name);
    }

    /// The provider is not Ready any more. Calls that have begun end.
    pub fn remove(&self, name: &str) {
        let removed = self
            .providers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
        if removed.is_some() {
            self.changed(name);
        }
    }

    fn changed(&self, name: &str) {
        let source = Source::Entry(STORE, name.to_owned());
        self.router.changed(&[source], None);
    }
}

impl Configured {
    /// A provider that is Ready.
    pub fn new(
        name: String,
        installation: String,
        fingerprint: String,
        spec: ProviderSpec,
        bound: Bound,
        interval: Duration,
    ) -> Self {
        let Bound { dns, tunnel } = bound;
        let tunnels = tunnel.map(|tunnel| Arc::new(Tunnels::new(tunnel, installation.clone())));
        Self {
            name,
            installation,
            fingerprint,
            spec,
            dns,
            tunnels,
            interval,
            lanes: Mutex::default(),
            zones: tokio::sync::Mutex::default(),
        }
    }

    /// Zones that the credential can change, at most five minutes old.
    pub async fn zones(&self) -> Result<Vec<String>, LaneError> {
        let mut held = self.zones.lock().await;
        if let Some((at, zones)) = &*held
            && at.elapsed() < ZONES_FOR
        {
            return Ok(zones.clone());
        }
        let Some(dns) = &self.dns else {
            return Ok(Vec::new());
        };
        let call = Call {
            installation: self.installation.clone(),
            object: format!("Provider/{}", self.name),
            idempotency_key: "zones".to_owned(),
            deadline: (Instant::now() + Duration::from_mins(1)).into_std(),
        };
        let zones: Vec<String> = dns
            .zones(&call)
            .await
            .map_err(Arc::new)?
            .into_iter()
            .map(|zone| zone.name)
            .collect();
        *held = Some((Instant::now(), zones.clone()));
        Ok(zones)
    }

    /// The lane of one zone. Nothing where the plugin keeps no record sets.
    pub fn lane(&self, zone: &str) -> Option<Arc<Lane>> {
        let dns = self.dns.clone()?;
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(zone.to_owned()).or_insert_with(|| {
            Arc::new(Lane::start(
                dns,
                self.installation.clone(),
                format!("Provider/{}", self.name),
                zone.to_owned(),
            ))
        });
        Some(lane.clone())
    }
}
