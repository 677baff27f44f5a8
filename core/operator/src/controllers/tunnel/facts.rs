//! What a tunnel and what was observed of it say, as both the plan and the status need it. Pure.

use super::{Observed, known};
use crate::controllers::{
    access::Problem,
    outside::{self, Seen, Standing, standing},
};
use maquette_api::{Tunnel, TunnelEntry};
use maquette_host::kinds::tunnel::{Established, Route, Target};

/// The tunnel's entry in the ledger.
pub(super) fn entry(tunnel: &Tunnel) -> Option<&TunnelEntry> {
    tunnel.status.as_ref()?.ledger.first()
}

/// Whether the provider keeps nothing of the tunnel, so that there is nothing to look for at its end. A tunnel whose
/// routes a provider keeps has a version.
pub(super) fn is_stateless(entry: &TunnelEntry) -> bool {
    entry.id.is_some() && entry.version.is_none()
}

/// The tunnel's entry in the ledger, or the one that it will have.
pub(super) fn own_entry(tunnel: &Tunnel, observed: &Observed) -> TunnelEntry {
    entry(tunnel).cloned().unwrap_or_else(|| TunnelEntry {
        provider: tunnel.spec.provider.clone(),
        name: observed.name.clone(),
        id: None,
        version: None,
    })
}

/// The routes that are wanted.
pub(super) fn wanted(tunnel: &Tunnel) -> Vec<Route> {
    let namespace = tunnel.metadata.namespace.clone().unwrap_or_default();
    known::routes(&namespace, &tunnel.spec.routes)
}

/// Whether the provider will be there in a moment, so that there is nothing to do nor to say.
pub(super) fn is_starting(observed: &Observed) -> bool {
    matches!(observed.place, Err(Problem::Starting(_)))
}

/// Whether the tunnel may not have what it names.
pub(super) fn is_obstructed(observed: &Observed) -> bool {
    !observed.taken.is_empty() || !observed.hosts_taken.is_empty()
}

/// Whether a tunnel has another owner, or none.
pub(super) fn is_foreign(owner: Option<&str>, own: &str) -> bool {
    owner != Some(own)
}

/// Whether the user lets the tunnel be left behind, and the provider cannot be used to remove it.
pub(super) fn is_abandoned(tunnel: &Tunnel, observed: &Observed) -> bool {
    let is_usable = observed.place.is_ok()
        && !matches!(observed.sight, Some(Err(_)))
        && !observed.recalled.removal_failed;
    outside::is_abandoned(tunnel.metadata.annotations.as_ref(), is_usable)
}

/// Whether the ledger has an entry of a tunnel that was never seen to exist.
pub(super) fn is_intended(tunnel: &Tunnel) -> bool {
    entry(tunnel).is_some_and(|entry| entry.id.is_none())
}

/// What is known of the tunnel at the provider.
pub(super) fn standing_of<'a>(tunnel: &Tunnel, observed: &'a Observed) -> Standing<'a> {
    let seen = observed.sight.as_ref().map(|sight| match sight {
        Ok(seen) => Ok(seen.as_ref().map(|seen| Seen(seen.owner.as_deref()))),
        Err(error) => Err(error),
    });
    standing(
        seen,
        &observed.owner,
        is_intended(tunnel),
        &observed.recalled,
    )
}

/// Why it is not known whether the tunnel is right.
pub(super) fn is_unverified(observed: &Observed) -> bool {
    match &observed.place {
        Err(problem) => problem.is_trouble(),
        Ok(_) => matches!(observed.sight, Some(Err(_))),
    }
}

/// What the hosts have to point to, as far as it is known.
pub(super) fn target(tunnel: &Tunnel, observed: &Observed) -> Vec<String> {
    match &observed.known {
        Some(known) => targets(&known.established),
        None => tunnel
            .status
            .as_ref()
            .map(|status| status.target.clone())
            .unwrap_or_default(),
    }
}

/// What the provider names.
pub(super) fn targets(established: &Established) -> Vec<String> {
    match &established.target {
        Target::Hostname(name) => vec![name.trim_end_matches('.').to_lowercase()],
        Target::Addresses(addresses) => addresses.iter().map(ToString::to_string).collect(),
    }
}
