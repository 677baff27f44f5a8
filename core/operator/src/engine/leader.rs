//! Leader election by a Lease, with the durations of client-go: 15 s lease, renewed every 5 s.
//!
//! Leadership is a fence: the right to act ends by itself ten seconds after the *request* of the last renewal that was
//! answered, five seconds before another replica may take the Lease. Every write and every call of a provider asks the fence first.

mod lease;
#[cfg(test)]
mod tests;

use crate::{clock::Clock, cluster::Fence};
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client, api::PostParams};
use lease::{Seen, is_expired, new_lease, renewal};
use std::time::Duration;
use tokio::time::Instant;

/// How long a Lease that is not renewed keeps other replicas out.
const LEASE: Duration = Duration::from_secs(15);
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// How long this replica may act after the request of its last renewal.
const ACT: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(2);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(4);

/// The right to write, held through a Lease.
pub struct Leadership {
    api: Api<Lease>,
    name: String,
    identity: String,
    clock: Clock,
    held: Lease,
    fence: Fence,
}

/// Why this replica must not write any more.
#[derive(Debug, thiserror::Error)]
pub enum LeaderError {
    /// Another replica took the Lease.
    #[error("replica {0} leads now")]
    Taken(String),
    /// The Lease could not be renewed in time.
    #[error("the Lease could not be renewed for {} s", ACT.as_secs())]
    Lost,
}

impl Leadership {
    /// Waits until this replica leads. A random suffix makes the identity unique, also where two processes have one host name.
    ///
    /// Another replica's Lease counts as expired once it has not changed for its duration on *this* machine's clock,
    /// so clocks that differ do no harm.
    pub async fn acquire(
        client: Client,
        namespace: &str,
        name: &str,
        identity: &str,
        clock: Clock,
    ) -> Self {
        let api: Api<Lease> = Api::namespaced(client, namespace);
        let identity = format!("{identity}_{}", suffix(clock.chance()));
        let mut seen: Option<Seen> = None;
        loop {
            let requested = Instant::now();
            let attempt = try_acquire(&api, name, &identity, &clock, &mut seen);
            match tokio::time::timeout(REQUEST, attempt).await {
                Ok(Ok(Some(held))) => {
                    return Self {
                        api,
                        name: name.to_owned(),
                        identity,
                        clock,
                        held,
                        fence: Fence::until(requested + ACT),
                    };
                }
                Ok(Ok(None)) => {}
                Ok(Err(error)) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the Lease cannot be read or written; it is retried"
                ),
                Err(_) => tracing::warn!("the API server does not answer; the Lease is retried"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// The right to act, which ends with the leadership.
    pub fn fence(&self) -> Fence {
        self.fence.clone()
    }

    /// Renews until that fails for good. May be cancelled and called again.
    pub async fn keep(&mut self) -> LeaderError {
        let mut pause = RENEW_EVERY;
        loop {
            tokio::time::sleep(pause.min(self.fence.left())).await;
            if self.fence.check().is_err() {
                return LeaderError::Lost;
            }
            let requested = Instant::now();
            let wanted = renewal(&self.held, &self.identity, &self.clock);
            let params = PostParams::default();
            let attempt = self.api.replace(&self.name, &params, &wanted);
            let within = REQUEST.min(self.fence.left());
            pause = Duration::from_secs(1);
            match tokio::time::timeout(within, attempt).await {
                Ok(Ok(lease)) => {
                    self.held = lease;
                    self.fence.extend(requested + ACT);
                    pause = RENEW_EVERY;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the Lease was not renewed; it is retried");
                    if let Some(lost) = self.is_lost(&error).await {
                        return lost;
                    }
                }
                Err(_) => tracing::warn!("the API server does not answer; the Lease is retried"),
            }
        }
    }

    /// Gives the Lease back, so that another replica need not wait. Nothing of this replica may act any more.
    pub async fn release(mut self) {
        self.fence.extend(Instant::now());
        if let Some(spec) = &mut self.held.spec {
            spec.holder_identity = Some(String::new());
            spec.lease_duration_seconds = Some(1);
        }
        let params = PostParams::default();
        let released = self.api.replace(&self.name, &params, &self.held);
        match tokio::time::timeout(REQUEST, released).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the Lease was not released"),
            Err(_) => tracing::debug!("the Lease was not released in time"),
        }
    }

    /// After a conflict: whether another replica holds the Lease, or only its version changed.
    async fn is_lost(&mut self, error: &kube::Error) -> Option<LeaderError> {
        if !matches!(error, kube::Error::Api(status) if status.code == 409) {
            return None;
        }
        let read = tokio::time::timeout(REQUEST.min(self.fence.left()), self.api.get(&self.name));
        let current = read.await.ok()?.ok()?;
        let holder = current
            .spec
            .as_ref()
            .and_then(|spec| spec.holder_identity.clone())
            .unwrap_or_default();
        if holder == self.identity {
            self.held = current;
            return None;
        }
        Some(LeaderError::Taken(holder))
    }
}

/// Eight hexadecimal digits of a random number from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the product lies between 0 and the largest u32"
)]
fn suffix(chance: f64) -> String {
    format!("{:08x}", (chance * f64::from(u32::MAX)) as u32)
}

async fn try_acquire(
    api: &Api<Lease>,
    name: &str,
    identity: &str,
    clock: &Clock,
    seen: &mut Option<Seen>,
) -> Result<Option<Lease>, kube::Error> {
    let params = PostParams::default();
    let attempt = match api.get_opt(name).await? {
        None => api.create(&params, &new_lease(name, identity, clock)).await,
        Some(current) => {
            let holder = current
                .spec
                .as_ref()
                .and_then(|spec| spec.holder_identity.as_deref())
                .unwrap_or_default();
            let free = holder.is_empty() || holder == identity || is_expired(&current, seen);
            if !free {
                return Ok(None);
            }
            api.replace(name, &params, &renewal(&current, identity, clock))
                .await
        }
    };
    match attempt {
        Ok(lease) => Ok(Some(lease)),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
        Err(error) => Err(error),
    }
}
