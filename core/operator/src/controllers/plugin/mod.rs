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
    cluster::{Caches, Change, Key, Kind, Store},
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
    /// Installs versions.
    pub installer: Installer,
}

impl Controller for PluginController {
    type Object = Plugin;
    type Observed = Observed;
    type Call = Infallible;
    type Answer = Infallible;
    type Status = PluginStatus;

    const KIND: Kind = Kind::Plugin;

    fn store(caches: &Caches) -> &Store<Plugin> {
        &caches.plugins
    }

    fn current(object: &Plugin) -> Option<&PluginStatus> {
        object.status.as_ref()
    }

    fn conditions(status: &PluginStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, object: &Arc<Plugin>) -> Observed {
        observe::observe(&self.installer, object).await
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

    fn wakes(&self, change: &Change) -> Vec<Key> {
        let everybody = self.installer.registries.names_secret(&change.key.name);
        let waits = |plugin: &Plugin| plugin.status.as_ref().is_some_and(|s| s.pending.is_some());
        let names = |plugin: &Plugin| match change.kind {
            Kind::Secret => {
                let mut own = plugin.spec.pull_secrets.iter();
                everybody
                    || own.any(|secret| secret.name == change.key.name)
                    || verify::names_secret(plugin, &change.key.name)
            }
            // What it lacked may be there now.
            Kind::Provider => waits(plugin),
            _ => false,
        };
        self.installer
            .caches
            .plugins
            .all()
            .iter()
            .filter(|plugin| names(plugin))
            .map(|plugin| Key::of(&plugin.metadata))
            .collect()
    }
}
