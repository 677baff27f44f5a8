//! Provider: a plugin bound to its configuration, credentials and grants, and offered to those in its scope.

mod grants;
mod observe;
mod plan;
mod status;

use crate::{
    cluster::{Caches, Change, Key, Kind, Store},
    controllers::plugin::Installer,
    engine::{Controller, Plan, Report, Results},
    providers::Registry,
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Provider, ProviderStatus};
use std::{convert::Infallible, sync::Arc};

pub(in crate::controllers) use grants::grants;
pub use observe::Observed;
pub(in crate::controllers) use observe::Problem as GrantProblem;

/// Reconciles Providers.
pub struct ProviderController {
    /// The shared caches.
    pub caches: Arc<Caches>,
    /// Installs plugins.
    pub installer: Installer,
    /// Where Ready providers are found.
    pub registry: Arc<Registry>,
    /// Namespace of credentials.
    pub namespace: String,
    /// Identity of this installation.
    pub installation: String,
}

impl Controller for ProviderController {
    type Object = Provider;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;
    type Status = ProviderStatus;

    const KIND: Kind = Kind::Provider;

    fn store(caches: &Caches) -> &Store<Provider> {
        &caches.providers
    }

    fn current(object: &Provider) -> Option<&ProviderStatus> {
        object.status.as_ref()
    }

    fn conditions(status: &ProviderStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, object: &Arc<Provider>) -> Observed {
        observe::observe(self, object).await
    }

    fn plan(object: &Provider, observed: &Observed, _: Timestamp) -> Plan<Infallible> {
        plan::plan(object, observed)
    }

    fn status(
        object: &Provider,
        observed: &Observed,
        _: &Plan<Infallible>,
        _: &Results<Infallible, Infallible>,
        now: Timestamp,
    ) -> Report<ProviderStatus> {
        status::status(object, observed, now)
    }

    async fn call(&self, _: &Arc<Provider>, call: Infallible) -> Infallible {
        match call {}
    }

    fn wakes(&self, change: &Change) -> Vec<Key> {
        let uses = |provider: &Provider| match change.kind {
            Kind::Plugin => provider.spec.plugin == change.key.name,
            Kind::Secret => provider
                .spec
                .credentials
                .values()
                .any(|c| c.secret_ref.name == change.key.name),
            // The last record or tunnel of a provider that is being deleted went.
            Kind::DNSRecord | Kind::Tunnel => provider.metadata.deletion_timestamp.is_some(),
            _ => false,
        };
        self.caches
            .providers
            .all()
            .iter()
            .filter(|provider| uses(provider))
            .map(|provider| Key::of(&provider.metadata))
            .collect()
    }

    fn gone(&self, key: &Key) {
        self.registry.remove(&key.name);
        self.installer.host.forget(&key.name);
    }
}
