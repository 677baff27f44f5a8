//! Plugin: pulled, verified and compiled; the digest that was taken is kept until another version is taken, which `decide`
//! decides.

mod asks;
mod decide;
mod fit;
mod install;
mod observe;
mod plan;
mod status;
#[cfg(test)]
mod tests;
mod verify;

use crate::{
    cluster::{Key, Reads},
    controllers::outside::Memory,
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Plugin, PluginStatus};
use std::{convert::Infallible, sync::Arc};

pub use install::Installer;
pub(in crate::controllers) use install::Problem as InstallProblem;
pub use observe::Observed;

/// Reconciles Plugins.
pub struct PluginController {
    installer: Installer,
    memory: Memory,
}

impl PluginController {
    /// A controller that installs with this.
    pub fn new(installer: Installer) -> Self {
        Self {
            installer,
            memory: Memory::default(),
        }
    }
}

impl Controller for PluginController {
    type Object = Plugin;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;

    fn conditions(status: &PluginStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Plugin>) -> Observed {
        observe::observe(&self.installer, &self.memory, reads, object).await
    }

    fn plan(object: &Plugin, observed: &Observed, _: Timestamp) -> Plan<Infallible> {
        plan::plan(object, observed)
    }

    fn status(
        object: &Plugin,
        observed: &Observed,
        _: &Plan<Infallible>,
        _: &Results<Infallible, Infallible>,
        now: Timestamp,
    ) -> Report<PluginStatus> {
        status::status(object, observed, now)
    }

    async fn call(&self, _: &Arc<Plugin>, call: Infallible) -> Infallible {
        match call {}
    }

    fn gone(&self, key: &Key) {
        self.memory.forget(key);
    }
}

impl crate::controllers::FromContext for PluginController {
    fn from_context(context: &crate::controllers::Context) -> Self {
        Self::new(context.installer.clone())
    }
}
