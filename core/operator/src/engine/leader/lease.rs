//! The Lease as data. Pure but for the clock.

use super::LEASE;
use crate::clock::Clock;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
};
use std::time::Duration;
use tokio::time::Instant;

/// Another replica's Lease, and since when it has been so, on this machine's clock.
pub(super) struct Seen {
    version: Option<String>,
    since: Instant,
}

/// Whether the Lease has not changed for its duration.
pub(super) fn is_expired(current: &Lease, seen: &mut Option<Seen>) -> bool {
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

/// A Lease without an earlier holder.
pub(super) fn new_lease(name: &str, identity: &str, clock: &Clock) -> Lease {
    Lease {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            lease_transitions: Some(0),
            ..held_by(identity, clock)
        }),
    }
}

pub(super) fn held_by(identity: &str, clock: &Clock) -> LeaseSpec {
    let now = MicroTime(clock.now());
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(LEASE.as_secs()).ok(),
        acquire_time: Some(now.clone()),
        renew_time: Some(now),
        ..LeaseSpec::default()
    }
}

/// The Lease as held by `identity` from now on. Conflicts where another replica changed it in the meantime.
pub(super) fn renewal(current: &Lease, identity: &str, clock: &Clock) -> Lease {
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
