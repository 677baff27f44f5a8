//! Plugin: pulled, verified and compiled once for each spec; the digest that was found is kept.

mod observe;
mod plan;
mod status;

use crate::{
    cluster::{Caches, Change, Key, Kind, Store},
    engine::{Controller, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{Plugin, PluginStatus};
use maquette_host::Host;
use std::{convert::Infallible, sync::Arc};

pub use observe::Observed;
pub(in crate::controllers) use observe::{Problem as InstallProblem, install};

/// Reconciles Plugins.
pub struct PluginController {
    /// The shared caches.
    pub caches: Arc<Caches>,
    /// Runs plugins.
    pub host: Host,
    /// Namespace of pull secrets.
    pub namespace: String,
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
        observe::observe(self, object).await
    }

    fn plan(_: &Plugin, observed: &Observed, _: Timestamp) -> Plan<Infallible> {
        plan::plan(observed)
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
        if change.kind != Kind::Secret {
            return Vec::new();
        }
        let names = |plugin: &Plugin| {
            plugin
                .spec
                .pull_secrets
                .iter()
                .any(|secret| secret.name == change.key.name)
        };
        self.caches
            .plugins
            .all()
            .iter()
            .filter(|plugin| names(plugin))
            .map(|plugin| Key::of(&plugin.metadata))
            .collect()
    }
}
