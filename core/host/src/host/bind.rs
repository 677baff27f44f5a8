//! What a provider grants a plugin, and the counters of both.

use std::sync::{Arc, PoisonError};

use super::{Host, Inner};
use crate::{
    AccountUsage, Digest, GrantError, Grants, Provider, ProviderUsage,
    budget::Budget,
    egress::Rules,
    grants::{Admitted, admit},
    metrics::Meter,
    sandbox::{Lane, Slots},
    scrub::Needles,
};

/// The counters of a provider, which outlive its grants and its plugin's version.
pub(super) struct Metered {
    plugin: String,
    digest: Digest,
    meter: Arc<Meter>,
    budget: Arc<Budget>,
}

impl Host {
    /// Whether an installed plugin could be bound to these grants. Nothing is bound, and there is no I/O.
    ///
    /// # Errors
    /// As of [`Self::provider`].
    pub fn fits(&self, digest: &Digest, grants: Grants) -> Result<(), GrantError> {
        let plugin = self
            .loaded(digest)
            .ok_or_else(|| GrantError::NotInstalled(digest.clone()))?;
        admit(&plugin.installed.manifest, grants).map(drop)
    }

    /// Binds an installed plugin to what a provider grants it. No I/O.
    ///
    /// # Errors
    /// What the plugin asks for and is not granted, and what is wrong with the configuration or the credentials.
    pub fn provider(
        &self,
        name: &str,
        digest: &Digest,
        grants: Grants,
    ) -> Result<Provider, GrantError> {
        let inner = &*self.0;
        let plugin = self
            .loaded(digest)
            .ok_or_else(|| GrantError::NotInstalled(digest.clone()))?;
        let manifest = &plugin.installed.manifest;
        let Admitted {
            config,
            held,
            grants,
        } = admit(manifest, grants)?;
        let (meter, budget) = inner.meter(name, &manifest.name, digest);
        let rules = Rules {
            plugin: manifest.name.clone(),
            provider: name.to_owned(),
            credentials: held,
            secret_places: manifest.secret_places.clone(),
            memory: Arc::default(),
            needles: Arc::new(Needles::of(grants.credentials.values())),
            egress: grants.egress,
            cidrs: grants.egress_cidrs,
            tls: inner.tls.clone(),
            budget,
            tape: inner.tape.clone(),
        };
        let lane = Lane {
            pre: plugin.compiled.pre.clone(),
            rules: Arc::new(rules),
            limits: grants.limits,
            config,
            slots: Slots::new(grants.limits.concurrency, inner.pool.clone()),
            ticker: inner.ticker.clone(),
            meter,
            accounts: inner.accounts.clone(),
        };
        Ok(Provider {
            plugin,
            lane: Arc::new(lane),
            options: None,
        })
    }

    /// What the calls of every provider consumed, by the provider's name.
    pub fn usage(&self) -> Vec<ProviderUsage> {
        let meters = self.0.meters.lock().unwrap_or_else(PoisonError::into_inner);
        meters
            .iter()
            .map(|(name, metered)| metered.meter.usage(name, &metered.plugin, &metered.digest))
            .collect()
    }

    /// What the calls of every provider consumed for each workspace. At most 2,000 accounts are kept; what more
    /// workspaces consumed is told as the rest of their provider.
    pub fn accounts(&self) -> Vec<AccountUsage> {
        self.0.accounts.usage()
    }

    /// Forgets the counters of a provider that does not exist any more.
    pub fn forget(&self, provider: &str) {
        self.0.accounts.forget(provider);
        self.0
            .meters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(provider);
    }
}

impl Inner {
    /// Counters and budget of a provider: the same as before, however it was changed.
    fn meter(&self, provider: &str, plugin: &str, digest: &Digest) -> (Arc<Meter>, Arc<Budget>) {
        let mut meters = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        let (meter, budget) = meters
            .get(provider)
            .map(|metered| (metered.meter.clone(), metered.budget.clone()))
            .unwrap_or_default();
        let metered = Metered {
            plugin: plugin.to_owned(),
            digest: digest.clone(),
            meter: meter.clone(),
            budget: budget.clone(),
        };
        meters.insert(provider.to_owned(), metered);
        (meter, budget)
    }
}
