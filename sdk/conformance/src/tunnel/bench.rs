//! What every rule works with: the plugin's functions without their ceremony.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use maquette_host::kinds::tunnel::{Established, Observed, Page, Route, Spec, TunnelSecret};
use maquette_host::{Call, CallError, PluginError, Tunnel};

use super::{TunnelHand, TunnelTarget};
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};

/// More pages than any listing of a test has: whoever gives more goes round in circles.
const PAGES: usize = 1000;
/// Where hosts lie unless the subject says otherwise.
const ZONE: &str = "preview.test";
/// More tunnels than most providers list at once.
const MANY: usize = 25;

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    target: TunnelTarget,
    tunnel: Tunnel,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let incomplete =
            |error: maquette_host::NotExported| SetupError::Incomplete(error.to_string());
        let target = subject.tunnel.clone().unwrap_or_else(|| TunnelTarget {
            zone: ZONE.to_owned(),
            many: MANY,
            hand: None,
        });
        Ok(Self {
            place: place.clone(),
            target,
            tunnel: place.direct.tunnel().map_err(incomplete)?,
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| crate::faults::Action::Forward);
        Bench {
            place: self.place.clone(),
            target: self.target.clone(),
            tunnel: self.tunnel.clone(),
            number,
            count: AtomicUsize::new(0),
            made: Mutex::default(),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) target: TunnelTarget,
    pub(crate) tunnel: Tunnel,
    number: usize,
    count: AtomicUsize,
    /// Identifier and owner of what may have to be removed.
    made: Mutex<Vec<(String, String)>>,
}

/// A tunnel that a rule has made.
pub(crate) struct Made {
    pub(crate) spec: Spec,
    pub(crate) secret: TunnelSecret,
    pub(crate) first: Established,
}

impl Made {
    /// The same tunnel with other routes.
    pub(crate) fn with(&self, routes: &[Route]) -> Spec {
        Spec {
            routes: routes.to_vec(),
            ..self.spec.clone()
        }
    }
}

impl Bench {
    fn next(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        self.place
            .call(&format!("tunnel-{}-{}", self.number, self.next()))
    }

    /// A name that no other rule has.
    pub(crate) fn name(&self) -> String {
        format!("kit-{}-{}-{}", self.place.run, self.number, self.next())
    }

    /// The beginning of every owner of this rule.
    pub(crate) fn prefix(&self) -> String {
        format!("maquette/kit-{}/rule-{}/", self.place.run, self.number)
    }

    pub(crate) fn ours(&self) -> String {
        format!("{}ours", self.prefix())
    }

    pub(crate) fn theirs(&self) -> String {
        format!("{}theirs", self.prefix())
    }

    pub(crate) fn route(&self, host: &str, service: &str) -> Route {
        Route {
            hostname: format!("{host}-{}.{}", self.number, self.target.zone),
            path: None,
            service: service.to_owned(),
        }
    }

    /// Two routes.
    pub(crate) fn two(&self) -> Vec<Route> {
        vec![
            self.route("one", "http://one.shop.svc:80"),
            self.route("two", "http://two.shop.svc:8080"),
        ]
    }

    pub(crate) fn spec(&self, owner: &str, routes: &[Route]) -> Spec {
        Spec {
            name: self.name(),
            owner: owner.to_owned(),
            routes: routes.to_vec(),
        }
    }

    /// Makes a tunnel, also one of which the provider keeps nothing.
    pub(crate) async fn make(&self, spec: Spec) -> Result<Made, Failure> {
        let secret = secret()?;
        let first = self.ensure(&self.tunnel, &spec, &secret).await?;
        Ok(Made {
            spec,
            secret,
            first,
        })
    }

    /// Makes a tunnel of ours; nothing where the provider keeps nothing of it, so that the rule is not about it.
    pub(crate) async fn keep(&self, routes: &[Route]) -> Result<Option<Made>, Failure> {
        let made = self.make(self.spec(&self.ours(), routes)).await?;
        Ok(Some(made).filter(|made| !made.first.version.is_empty()))
    }

    /// Calls `ensure`, and remembers what has to be removed.
    pub(crate) async fn ensure(
        &self,
        tunnel: &Tunnel,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, CallError> {
        let made = tunnel.ensure(&self.call(), spec, secret).await?;
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((made.id.clone(), spec.owner.clone()));
        Ok(made)
    }

    pub(crate) async fn observe(&self, id: &str) -> Result<Option<Observed>, CallError> {
        self.tunnel.observe(&self.call(), id).await
    }

    /// The tunnel that has to be there.
    pub(crate) async fn there(&self, id: &str) -> Result<Observed, Failure> {
        let found = self.observe(id).await?;
        found.ok_or_else(|| Failure::Broken(format!("the tunnel `{id}` is not observed")))
    }

    /// Every tunnel whose owner starts like this, of every page.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Vec<Observed>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page: Page = self
                .tunnel
                .list_owned(&self.call(), prefix, cursor.as_deref())
                .await?;
            all.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
        Err(Failure::Broken(format!(
            "the tunnels have more than {PAGES} pages"
        )))
    }

    /// Whoever acts past the plugin.
    pub(crate) fn hand(&self) -> Result<&dyn TunnelHand, Failure> {
        self.target.hand.as_deref().ok_or_else(|| {
            Failure::NotShown(
                "nobody acts at the provider past the plugin; give a `hand`, or declare the rule unsupported"
                    .to_owned(),
            )
        })
    }

    /// Removes what the rule made. What cannot be removed was the rule's subject.
    pub(crate) async fn clean(&self) {
        self.place.script.set(|_| crate::faults::Action::Forward);
        let mut left =
            std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        if let Ok(listed) = self.list(&self.prefix()).await {
            left.extend(
                listed
                    .into_iter()
                    .map(|seen| (seen.id, seen.owner.unwrap_or_default())),
            );
        }
        for (id, owner) in left {
            drop(self.tunnel.delete(&self.call(), &id, &owner).await);
        }
    }
}

pub(crate) fn secret() -> Result<TunnelSecret, Failure> {
    TunnelSecret::random().map_err(|error| Failure::NotShown(error.to_string()))
}

/// Routes without their order.
pub(crate) fn sorted(routes: &[Route]) -> Vec<(String, Option<String>, String)> {
    let mut all: Vec<_> = routes
        .iter()
        .map(|route| {
            (
                route.hostname.clone(),
                route.path.clone(),
                route.service.clone(),
            )
        })
        .collect();
    all.sort();
    all
}

/// Whose it is, as a refusal says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Conflict<'a> {
    /// Somebody's.
    Of(&'a str),
    /// Somebody's who left no mark.
    Unmarked,
    /// It is no such refusal.
    None,
}

pub(crate) fn conflict_of<T>(answer: &Result<T, CallError>) -> Conflict<'_> {
    match answer {
        Err(CallError::Plugin(PluginError::Conflict(Some(owner)))) => Conflict::Of(owner),
        Err(CallError::Plugin(PluginError::Conflict(None))) => Conflict::Unmarked,
        _ => Conflict::None,
    }
}
