//! The zones of one provider: one call answers everyone, and so does its failure.

use super::{
    error::{DEADLINE, LaneError},
    lane::{Asked, Batching, Lane, Port, Turns},
    port::DnsPort,
};
use crate::cluster::Fence;
use maquette_host::Call;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a list of zones is good for.
const GOOD_FOR: Duration = Duration::from_mins(5);
const BATCHING: Batching = Batching {
    most: usize::MAX,
    idle: Duration::ZERO,
};

/// The list of one provider's zones.
pub(super) struct Zones(Lane<Listing>);

impl Zones {
    pub(super) fn start(
        dns: Arc<dyn DnsPort>,
        installation: String,
        object: String,
        fence: Fence,
    ) -> Self {
        let listing = Listing {
            dns,
            installation,
            object,
            known: Mutex::default(),
        };
        Self(Lane::start(listing, BATCHING, Turns::new(1), fence))
    }

    /// Names of the zones that the credential can change, at most five minutes old.
    pub(super) async fn list(&self) -> Result<Arc<[String]>, LaneError> {
        self.0.ask(None, ()).await
    }
}

struct Listing {
    dns: Arc<dyn DnsPort>,
    installation: String,
    object: String,
    known: Mutex<Option<(Instant, Arc<[String]>)>>,
}

impl Port for Listing {
    type Question = ();
    type Answer = Arc<[String]>;

    async fn ask(&self, questions: Vec<()>) -> Asked<Arc<[String]>> {
        let zones = self.zones().await?;
        Ok(questions.iter().map(|()| Ok(zones.clone())).collect())
    }
}

impl Listing {
    async fn zones(&self) -> Result<Arc<[String]>, LaneError> {
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((at, zones)) = known
            && at.elapsed() < GOOD_FOR
        {
            return Ok(zones);
        }
        let call = Call {
            installation: self.installation.clone(),
            object: self.object.clone(),
            idempotency_key: "zones".to_owned(),
            deadline: (Instant::now() + DEADLINE).into_std(),
        };
        let zones = self.dns.zones(&call).await.map_err(Arc::new)?;
        let zones: Arc<[String]> = zones.into_iter().map(|zone| zone.name).collect();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), zones.clone()));
        Ok(zones)
    }
}
