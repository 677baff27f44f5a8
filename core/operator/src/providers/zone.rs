//! One zone: many objects look at and change its record sets with few calls.

use super::{
    error::{DEADLINE, LaneError, idempotency_key},
    lane::{Asked, Batching, Lane, Port, Turns},
    port::DnsPort,
};
use crate::cluster::Fence;
use maquette_host::{
    Call, Payer,
    dns::{Change, Observed, RecordSet},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::time::Instant;

/// How looks, and changes, are gathered.
const BATCHING: Batching = Batching {
    most: 500,
    idle: Duration::from_millis(100),
};

/// One zone of one provider. Looks and changes take turns, and a zone whose changes fail can be looked at.
pub struct Zone {
    looks: Lane<Looks>,
    changes: Lane<Changes>,
}

/// A record set as it is, and as the provider would write what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Every record set of the name.
    pub live: Vec<Observed>,
    /// What is wanted, in the provider's own form.
    pub normal: Option<RecordSet>,
}

/// Where a zone is.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) dns: Arc<dyn DnsPort>,
    pub(super) installation: String,
    /// The object in whose name calls are made.
    pub(super) object: String,
    pub(super) zone: String,
}

impl Zone {
    /// A zone whose lanes end when it is dropped.
    pub(super) fn start(place: Place, fence: Fence) -> Self {
        let turns = Turns::new(1);
        Self {
            looks: Lane::start(Looks(place.clone()), BATCHING, turns.clone(), fence.clone()),
            changes: Lane::start(Changes(place), BATCHING, turns, fence),
        }
    }

    /// Every record set of the name as it is, and `wanted` in the provider's own form.
    ///
    /// # Errors
    /// Why the provider was not asked, or gave no answer.
    pub async fn look(
        &self,
        payer: Payer,
        name: String,
        wanted: Option<RecordSet>,
    ) -> Result<Sight, LaneError> {
        self.looks.ask(Some(payer), (name, wanted)).await
    }

    /// Makes one change. Returns the new `etag`, empty after a deletion.
    ///
    /// # Errors
    /// Why the provider was not asked, gave no answer, or refuses.
    pub async fn change(&self, payer: Payer, change: Change) -> Result<String, LaneError> {
        self.changes.ask(Some(payer), change).await
    }
}

impl Place {
    /// The key is the same for every attempt at the same batch.
    fn call(&self, intention: &str) -> Call {
        Call {
            installation: self.installation.clone(),
            object: self.object.clone(),
            idempotency_key: idempotency_key(intention),
            deadline: (Instant::now() + DEADLINE).into_std(),
        }
    }
}

struct Looks(Place);

impl Port for Looks {
    type Question = (String, Option<RecordSet>);
    type Answer = Sight;

    async fn ask(&self, questions: Vec<Self::Question>) -> Asked<Sight> {
        let Self(place) = self;
        let names: BTreeSet<&String> = questions.iter().map(|(name, _)| name).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let wanted: Vec<RecordSet> = questions.iter().filter_map(|(_, w)| w.clone()).collect();
        let live = place
            .dns
            .observe(&place.call(&names.join(" ")), &place.zone, &names)
            .await
            .map_err(Arc::new)?;
        let normal = match &wanted[..] {
            [] => Vec::new(),
            wanted => place
                .dns
                .normalize(&place.call("normalize"), wanted)
                .await
                .map_err(Arc::new)?,
        };
        let mut normal = normal.into_iter();
        let sight = |(name, wanted): Self::Question| {
            let of_name = live.iter().filter(|seen| seen.records.name == name);
            Ok(Sight {
                live: of_name.cloned().collect(),
                normal: wanted.and_then(|_| normal.next()),
            })
        };
        Ok(questions.into_iter().map(sight).collect())
    }
}

struct Changes(Place);

impl Port for Changes {
    type Question = Change;
    type Answer = String;

    async fn ask(&self, changes: Vec<Change>) -> Asked<String> {
        let Self(place) = self;
        let call = place.call(&format!("{changes:?}"));
        let outcomes = place.dns.apply(&call, &place.zone, &changes).await;
        let outcomes = outcomes.map_err(Arc::new)?.into_iter();
        Ok(outcomes.map(|o| o.map_err(LaneError::Refused)).collect())
    }
}
