//! `Tunnel`: a way in through a connector that dials out; never one that somebody else owns, never one that is forgotten.
//!
//! The ledger in the status names the tunnel at the provider from before the call that makes it until its absence was
//! seen. What runs the connector stands in the operator's namespace, because it holds the provider's credentials, which
//! no tenant may read. An owner reference cannot cross namespaces, so the finalizer takes all of it down, in order: names,
//! routes, connector, tunnel, secrets.
//!
//! | file | does |
//! |---|---|
//! | `facts` | what the plan and the status both ask of what was observed |
//! | `names` | how things are called, there and here |
//! | `place` | who may have which hosts where |
//! | `known` | what the provider said in this process |
//! | `secret` | the tunnel's secret and its rotation |
//! | `connector` | the objects that run the connector |
//! | `hosts` | the names of the hosts, kept as record sets |

mod connector;
mod facts;
mod hosts;
mod known;
mod names;
mod observe;
mod place;
mod plan;
mod secret;
mod status;
mod teardown;
#[cfg(test)]
mod tests;
mod verdict;

use crate::{
    cluster::{Caches, Key, Reads},
    controllers::outside::Memory,
    engine::{Controller, Plan, Report, Results},
    providers::{LaneError, Registry},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use known::{Known, KnownTunnels};
use maquette_api::{Tunnel, TunnelEntry, TunnelRoute, TunnelStatus, condition::Outcome, owner};
use maquette_host::kinds::tunnel::{Established, Spec};
use std::sync::Arc;
use tokio::time::Instant;

pub use observe::Observed;

/// Reconciles Tunnels.
pub struct TunnelController {
    caches: Arc<Caches>,
    registry: Arc<Registry>,
    installation: String,
    /// Where connectors and their secrets are.
    namespace: String,
    /// What the provider said in this process.
    known: KnownTunnels,
    memory: Memory,
}

/// One call of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub(crate) entry: TunnelEntry,
    pub(crate) act: Act,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// The tunnel, made or found.
    Ensure,
    /// The secret that the cluster holds for it.
    Rotate { id: String },
    /// These routes and no others.
    SetRoutes {
        id: String,
        expect: String,
        routes: Vec<TunnelRoute>,
    },
    /// Its end.
    Delete { id: String },
}

/// What the tunnel is now; nothing after its end.
pub type Answer = Result<Option<Established>, LaneError>;

impl TunnelController {
    /// A controller for this installation, whose connectors run in this namespace.
    pub fn new(
        caches: Arc<Caches>,
        registry: Arc<Registry>,
        installation: String,
        namespace: String,
    ) -> Self {
        Self {
            caches,
            registry,
            installation,
            namespace,
            known: KnownTunnels::default(),
            memory: Memory::default(),
        }
    }

    fn owner(&self, key: &Key) -> String {
        owner::mark(&self.installation, &key.namespace, &key.name)
    }

    async fn make(&self, key: &Key, tunnel: &Tunnel, call: Call) -> Answer {
        let Call { entry, act } = call;
        let configured = self
            .registry
            .get(&entry.provider)
            .ok_or(LaneError::Closed)?;
        let lane = configured.tunnels.clone().ok_or(LaneError::Closed)?;
        let (object, owner) = (format!("Tunnel/{key}"), self.owner(key));
        if let Act::Delete { id } = act {
            lane.delete(&object, &id, &owner).await?;
            self.known.forget(key);
            return Ok(None);
        }
        // The plan had it written before any call.
        let place = Key::new(self.namespace.clone(), entry.name.clone());
        let held = secret::held(self.caches.secrets.get(&place).as_deref(), key);
        let secret = held.ok_or(LaneError::Closed)?.effective();
        let routes = match &act {
            Act::SetRoutes { routes, .. } => routes,
            _ => &tunnel.spec.routes,
        };
        let routes = known::routes(&key.namespace, routes);
        let spec = Spec {
            name: entry.name,
            owner,
            routes: routes.clone(),
        };
        let answer = match &act {
            Act::Ensure => lane.ensure(&object, &spec, &secret).await,
            Act::Rotate { id } => lane.rotate(&object, id, &spec, &secret).await,
            Act::SetRoutes { id, expect, .. } => {
                lane.set_routes(&object, id, &spec, &secret, expect).await
            }
            Act::Delete { .. } => return Ok(None),
        };
        let established = answer.inspect_err(|error| {
            // The tunnel is another than the one that was known; it is observed again.
            if matches!(
                error.plugin(),
                Some(
                    maquette_host::PluginError::Conflict(_)
                        | maquette_host::PluginError::NotFound(_)
                )
            ) {
                self.known.forget(key);
            }
        })?;
        let before = self.known.get(key);
        let set = match act {
            Act::SetRoutes { .. } => true,
            Act::Rotate { .. } => before
                .as_ref()
                .is_some_and(|before| before.set && before.routes == routes),
            _ => false,
        };
        self.known.put(
            key.clone(),
            Known {
                set,
                routes,
                fingerprint: configured.fingerprint.clone(),
                secret: secret::digest(&secret),
                established: established.clone(),
                seen_at: None,
                connections: before.and_then(|before| before.connections),
            },
        );
        Ok(Some(established))
    }
}

impl Controller for TunnelController {
    type Object = Tunnel;
    type Observed = Observed;
    type Call = Call;
    type Answer = Answer;

    fn conditions(status: &TunnelStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, reads: &Reads, object: &Arc<Tunnel>) -> Observed {
        observe::observe(self, reads, object).await
    }

    fn plan(object: &Tunnel, observed: &Observed, now: Timestamp) -> Plan<Call> {
        plan::plan(object, observed, now)
    }

    fn intention(object: &Tunnel, observed: &Observed, plan: &Plan<Call>) -> Option<TunnelStatus> {
        Some(status::intention(object, observed, plan))
    }

    fn status(
        object: &Tunnel,
        observed: &Observed,
        plan: &Plan<Call>,
        results: &Results<Call, Answer>,
        now: Timestamp,
    ) -> Report<TunnelStatus> {
        status::status(object, observed, plan, results, now)
    }

    async fn call(&self, object: &Arc<Tunnel>, call: Call) -> Answer {
        let (key, start) = (Key::of(&object.metadata), Instant::now());
        let act = call.act.clone();
        let answer = self.make(&key, object, call).await;
        let error = answer.as_ref().err();
        match act {
            Act::Delete { .. } => self.memory.removed(&key, error.is_some()),
            Act::Ensure => {
                let is_first = facts::entry(object).is_none();
                self.memory.created(&key, is_first, start, error);
            }
            Act::Rotate { .. } | Act::SetRoutes { .. } => {}
        }
        answer
    }

    fn can_wait(object: &Tunnel, new: &Report<TunnelStatus>) -> bool {
        let news = |status: &TunnelStatus| (status.target.clone(), status.ledger.clone());
        new.verdict.outcome == Outcome::Progressing
            && object
                .status
                .as_ref()
                .is_some_and(|held| news(held) == news(&new.status))
    }

    fn gone(&self, key: &Key) {
        self.known.forget(key);
        self.memory.forget(key);
    }
}

impl crate::controllers::FromContext for TunnelController {
    fn from_context(context: &crate::controllers::Context) -> Self {
        Self::new(
            context.caches.clone(),
            context.registry.clone(),
            context.installation.clone(),
            context.namespace.clone(),
        )
    }
}
