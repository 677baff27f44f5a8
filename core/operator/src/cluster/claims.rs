//! Who holds which host name: one table over all kinds that serve a host or publish a name.
//!
//! A held name is a fact of its holder's status, which the stores enter here. A name that nobody holds is granted in this
//! table, so that it is granted once, and becomes a held name when its holder's status is written. The holder keeps the
//! name. Age decides only between objects that wait for a name that nobody holds.
//!
//! Two claims conflict where their names overlap and their namespaces differ. In one namespace only equal names of two
//! objects that serve them conflict: a namespace may publish any record of a host that it serves.

mod claim;
mod name;
mod table;
#[cfg(test)]
mod tests;

pub use claim::Claimant;

use super::router::{Reader, Router, Source};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::HostClaim;
use name::Name;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use table::{STORE, Table};

/// The table of claims.
pub struct Claims {
    router: Arc<Router>,
    table: Mutex<Table>,
}

impl Claims {
    /// An empty table, which tells the router of every change.
    pub(super) fn new(router: Arc<Router>) -> Self {
        Self {
            router,
            table: Mutex::default(),
        }
    }

    /// The name under which a reader subscribes to changes of claims that concern the host.
    pub(super) fn source(host: &str) -> Source {
        Source::Entry(STORE, Name::of(host).to_string())
    }

    /// The object asks for these hosts and for no others. Returns the hosts that it does not get.
    ///
    /// Only an object that may serve or publish the hosts asks for them. What the object holds stays held.
    pub(super) fn request(&self, claimant: Claimant, hosts: &BTreeSet<String>) -> BTreeSet<String> {
        let me = claimant.reader.clone();
        let claimant = Arc::new(claimant);
        let (refused, released) = {
            let mut table = self.table();
            let names: BTreeMap<Name, &String> =
                hosts.iter().map(|host| (Name::of(host), host)).collect();
            let mut released = table.withdraw(&me, &names);
            for name in names.keys() {
                table.wait(name, &claimant);
            }
            let mut refused = BTreeSet::new();
            for host in hosts {
                let name = Name::of(host);
                let wins = table.wins(&name, &me);
                if !wins {
                    refused.insert(host.clone());
                }
                if table.grant(&name, &me, wins) {
                    released.push(name);
                }
            }
            (refused, table.readers_of(&released))
        };
        self.router.changed(&released, Some(&me));
        refused
    }

    /// The object is as given now, or gone. Returns what readers have to be told.
    pub(super) fn observe(
        &self,
        reader: &Reader,
        object: Option<(&ObjectMeta, Vec<HostClaim>)>,
    ) -> Vec<Source> {
        let mut table = self.table();
        let changed = match object {
            None => table.remove(reader),
            Some((meta, held)) => {
                if held.is_empty() && !table.names.contains_key(reader) {
                    return Vec::new();
                }
                table.hold(Claimant::of(reader.0, meta), &held)
            }
        };
        table.readers_of(&changed)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
