//! Leader election by a Lease, with the durations of client-go: 15 s lease, renewed every 5 s, given up after 10 s.

use crate::clock::Clock;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
};
use kube::{Api, Client, api::PostParams};
use std::time::Duration;
use tokio::time::Instant;

const LEASE: Duration = Duration::from_secs(15);
const RENEW_EVERY: Duration = Duration::from_secs(5);
const RENEW_DEADLINE: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(2);

/// The right to write, held through a Lease.
pub struct Leadership {
    api: Api<Lease>,
    name: String,
    identity: String,
    clock: Clock,
    held: Lease,
}

/// Why this replica must not write any more.
#[derive(Debug, thiserror::Error)]
pub enum LeaderError {
    /// Another replica took the Lease.
    #[error("replica {0} leads now")]
    Taken(String),
    /// The Lease could not be renewed in time.
    #[error("the Lease could not be renewed for {} s", RENEW_DEADLINE.as_secs())]
    Lost(#[source] kube::Error),
}

/// What another replica's Lease looked like, and since when it did, on this machine's clock.
struct Seen {
    version: Option<String>,
    since: Instant,
}

impl Leadership {
    /// Waits until this replica leads.
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
        let mut seen: Option<Seen> = None;
        loop {
            match try_acquire(&api, name, identity, &clock, &mut seen).await {
                Ok(Some(held)) => {
                    return Self {
                        api,
                        name: name.to_owned(),
                        identity: identity.to_owned(),
                        clock,
                        held,
                    };
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the Lease cannot be read or written; it is tried again"
                ),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Renews until that fails for good.
    pub async fn keep(&mut self) -> LeaderError {
        let mut renewed = Instant::now();
        let mut pause = RENEW_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let wanted = renewal(&self.held, &self.identity, &self.clock);
            let params = PostParams::default();
            let attempt = self.api.replace(&self.name, &params, &wanted);
            match tokio::time::timeout(RETRY * 2, attempt).await {
                Ok(Ok(lease)) => {
                    self.held = lease;
                    renewed = Instant::now();
                    pause = RENEW_EVERY;
                    continue;
                }
                Ok(Err(error)) => {
                    if let Some(lost) = self.is_lost(&error, renewed).await {
                        return lost;
                    }
                    if renewed.elapsed() >= RENEW_DEADLINE {
                        return LeaderError::Lost(error);
                    }
                }
                Err(_) if renewed.elapsed() >= RENEW_DEADLINE => {
                    return LeaderError::Lost(kube::Error::Service(
                        "the API server does not answer".into(),
                    ));
                }
                Err(_) => {}
            }
            pause = Duration::from_secs(1);
        }
    }

    /// Gives the Lease back, so that another replica need not wait.
    pub async fn release(mut self) {
        if let Some(spec) = &mut self.held.spec {
            spec.holder_identity = Some(String::new());
            spec.lease_duration_seconds = Some(1);
        }
        if let Err(error) = self
            .api
            .replace(&self.name, &PostParams::default(), &self.held)
            .await
        {
            tracing::debug!(%error, "the Lease was not released");
        }
    }

    /// After a conflict: whether another replica holds the Lease, or only its version moved.
    async fn is_lost(&mut self, error: &kube::Error, renewed: Instant) -> Option<LeaderError> {
        if !matches!(error, kube::Error::Api(status) if status.code == 409)
            || renewed.elapsed() >= LEASE
        {
            return None;
        }
        let current = self.api.get(&self.name).await.ok()?;
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

async fn try_acquire(
    api: &Api<Lease>,
    name: &str,
    identity: &str,
    clock: &Clock,
    seen: &mut Option<Seen>,
) -> Result<Option<Lease>, kube::Error> {
    let Some(current) = api.get_opt(name).await? else {
        let fresh = Lease {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(LeaseSpec {
                lease_transitions: Some(0),
                ..held_by(identity, clock)
            }),
        };
        return match api.create(&PostParams::default(), &fresh).await {
            Ok(lease) => Ok(Some(lease)),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
            Err(error) => Err(error),
        };
    };
    let holder = current
        .spec
        .as_ref()
        .and_then(|spec| spec.holder_identity.as_deref())
        .unwrap_or_default();
    let free = holder.is_empty() || holder == identity || is_expired(&current, seen);
    if !free {
        return Ok(None);
    }
    match api
        .replace(
            name,
            &PostParams::default(),
            &renewal(&current, identity, clock),
        )
        .await
    {
        Ok(lease) => Ok(Some(lease)),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_expired(current: &Lease, seen: &mut Option<Seen>) -> bool {
    let duration = current
        .spec
        .as_ref()
        .and_then(|spec| spec.lease_duration_seconds)
        .and_then(|s| u64::try_from(s).ok());
    let duration = duration.map_or(LEASE, Duration::from_secs);
    match seen {
        Some(seen) if seen.version == current.metadata.resource_version => {
            seen.since.elapsed() >= duration
        }
        _ => {
            *seen = Some(Seen {
                version: current.metadata.resource_version.clone(),
                since: Instant::now(),
            });
            false
        }
    }
}

fn held_by(identity: &str, clock: &Clock) -> LeaseSpec {
    let now = MicroTime(clock.now());
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(LEASE.as_secs()).ok(),
        acquire_time: Some(now.clone()),
        renew_time: Some(now),
        ..LeaseSpec::default()
    }
}

/// The Lease as held by `identity` from now on. Conflicts where somebody changed it meanwhile.
fn renewal(current: &Lease, identity: &str, clock: &Clock) -> Lease {
    let before = current.spec.clone().unwrap_or_default();
    let mine = before.holder_identity.as_deref() == Some(identity);
    let mut lease = current.clone();
    lease.metadata.managed_fields = None;
    lease.spec = Some(LeaseSpec {
        acquire_time: if mine {
            before.acquire_time
        } else {
            Some(MicroTime(clock.now()))
        },
        lease_transitions: Some(before.lease_transitions.unwrap_or(0) + i32::from(!mine)),
        ..held_by(identity, clock)
    });
    lease
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(holder: &str, version: &str) -> Lease {
        Lease {
            metadata: ObjectMeta {
                resource_version: Some(version.to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(LeaseSpec {
                lease_duration_seconds: Some(0),
                ..held_by(holder, &Clock::default())
            }),
        }
    }

    #[test]
    fn taking_over_counts_a_transition_and_renewing_does_not() {
        let taken = renewal(&lease("a", "1"), "b", &Clock::default());
        assert_eq!(taken.spec.as_ref().unwrap().lease_transitions, Some(1));
        assert_eq!(
            renewal(&taken, "b", &Clock::default())
                .spec
                .unwrap()
                .lease_transitions,
            Some(1)
        );
    }

    #[test]
    fn a_lease_expires_only_after_it_was_seen_unchanged() {
        let mut seen = None;
        assert!(!is_expired(&lease("a", "1"), &mut seen));
        assert!(is_expired(&lease("a", "1"), &mut seen));
        assert!(!is_expired(&lease("a", "2"), &mut seen));
    }
}
