//! Provider: a plugin bound to its configuration, credentials and grants, and offered to those in its scope.

mod observe;
mod plan;
mod problem;
mod status;

use crate::{
    cluster::{Key, Reads},
    controllers::{outside::Memory, plugin::Installer},
    engine::{Controller, Plan, Report, Results},
    providers::Registry,
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Provider, ProviderStatus};
use std::{convert::Infallible, sync::Arc};

pub use observe::Observed;

/// Reconciles Providers.
pub struct ProviderController {
    installer: Installer,
    /// Where bound providers are published.
    registry: Arc<Registry>,
    /// Namespace of credentials.
    namespace: String,
    installation: String,
    memory: Memory,
}

impl ProviderController {
    /// A controller for this installation, whose credentials are in this namespace.
    pub fn new(
        installer: Installer,
        registry: Arc<Registry>,
        namespace: String,
        installation: String,
    ) -> Self {
        Self {
            installer,
            registry,
            namespace,
            installation,
            memory: Memory::default(),
        }
    }
}

impl Controller for ProviderController {
    type Object = Provider;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;

    fn conditions(status: &ProviderStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Provider>) -> Observed {
        observe::observe(self, reads, object).await
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

    fn gone(&self, key: &Key) {
        self.registry.remove(&key.name);
        self.memory.forget(key);
        self.installer.host.forget(&key.name);
    }
}

impl crate::controllers::FromContext for ProviderController {
    fn from_context(context: &crate::controllers::Context) -> Self {
        Self::new(
            context.installer.clone(),
            context.registry.clone(),
            context.namespace.clone(),
            context.installation.clone(),
        )
    }
}
