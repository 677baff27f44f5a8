//! The lane of one provider's tunnels: a few calls at a time, and none while the provider wants to be left alone.

use super::{
    error::{CAPACITY, DEADLINE, LONGEST_PAUSE, LaneError, idempotency_key},
    port::TunnelPort,
};
use maquette_host::{
    Call, CallError,
    kinds::tunnel::{Established, Observed, Spec, TunnelSecret},
};
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{sync::Semaphore, time::Instant};

/// Calls at one time.
const AT_ONCE: usize = 4;
/// Most pages of a listing that are read.
const PAGES: usize = 200;

/// One provider's tunnels. A provider that is stuck delays nobody else's.
pub struct Tunnels {
    tunnel: Arc<dyn TunnelPort>,
    installation: String,
    room: Semaphore,
    turns: Semaphore,
    not_before: Mutex<Instant>,
}

impl Tunnels {
    /// A lane of its own.
    pub fn new(tunnel: Arc<dyn TunnelPort>, installation: String) -> Self {
        Self {
            tunnel,
            installation,
            room: Semaphore::new(CAPACITY),
            turns: Semaphore::new(AT_ONCE),
            not_before: Mutex::new(Instant::now()),
        }
    }

    /// Makes the tunnel or finds it, for this object.
    pub async fn ensure(
        &self,
        object: &str,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, LaneError> {
        let intention = format!("ensure {spec:?}");
        self.ask(object, &intention, async |call| {
            self.tunnel.ensure(&call, spec, secret).await
        })
        .await
    }

    /// The tunnel as it is, or nothing.
    pub async fn observe(&self, object: &str, id: &str) -> Result<Option<Observed>, LaneError> {
        self.ask(object, &format!("observe {id}"), async |call| {
            self.tunnel.observe(&call, id).await
        })
        .await
    }

    /// The tunnel of this name that has this owner, where nobody knows its identifier.
    pub async fn find(
        &self,
        object: &str,
        owner: &str,
        name: &str,
    ) -> Result<Option<Observed>, LaneError> {
        let mut cursor = None;
        for _ in 0..PAGES {
            let page = self
                .ask(object, &format!("find {name}"), async |call| {
                    self.tunnel
                        .list_owned(&call, owner, cursor.as_deref())
                        .await
                })
                .await?;
            let mine = |seen: &Observed| seen.name == name && seen.owner.as_deref() == Some(owner);
            if let Some(found) = page.items.into_iter().find(mine) {
                return Ok(Some(found));
            }
            cursor = match page.next {
                Some(next) => Some(next),
                None => return Ok(None),
            };
        }
        Err(LaneError::Call(Arc::new(CallError::Answer(format!(
            "list-owned has more than {PAGES} pages"
        )))))
    }

    /// Makes the routes of the specification those of the tunnel.
    pub async fn set_routes(
        &self,
        object: &str,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
        expect: &str,
    ) -> Result<Established, LaneError> {
        let intention = format!("set-routes {id} {spec:?} {expect}");
        self.ask(object, &intention, async |call| {
            self.tunnel
                .set_routes(&call, id, spec, secret, expect)
                .await
        })
        .await
    }

    /// Gives the tunnel this secret.
    pub async fn rotate(
        &self,
        object: &str,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, LaneError> {
        // Another secret is another intention.
        let intention = format!("rotate {id} {}", idempotency_key(secret.expose()));
        self.ask(object, &intention, async |call| {
            self.tunnel.rotate(&call, id, spec, secret).await
        })
        .await
    }

    /// Disconnects and removes the tunnel.
    pub async fn delete(&self, object: &str, id: &str, owner: &str) -> Result<(), LaneError> {
        self.ask(object, &format!("delete {id}"), async |call| {
            self.tunnel.delete(&call, id, owner).await
        })
        .await
    }

    async fn ask<T, F>(
        &self,
        object: &str,
        intention: &str,
        question: impl FnOnce(Call) -> F,
    ) -> Result<T, LaneError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let _room = self.room.try_acquire().map_err(|_| LaneError::Full)?;
        let _turn = self.turns.acquire().await.map_err(|_| LaneError::Closed)?;
        let not_before = *self.clock();
        tokio::time::sleep_until(not_before).await;
        let call = Call {
            installation: self.installation.clone(),
            object: object.to_owned(),
            idempotency_key: idempotency_key(intention),
            deadline: (Instant::now() + DEADLINE).into_std(),
        };
        let answer = question(call).await.map_err(|error| Arc::new(error).into());
        if let Some(pause) = answer.as_ref().err().and_then(LaneError::pause) {
            let until = Instant::now() + pause.min(LONGEST_PAUSE);
            let mut not_before = self.clock();
            *not_before = until.max(*not_before);
        }
        answer
    }

    fn clock(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.not_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
