//! Who holds which host name: one table over all kinds that serve a host or publish a name.
//!
//! A held name is a fact of its holder's status, which the stores enter here. A name that nobody holds is granted in this
//! table, so that it is granted once, and becomes a held name when its holder's status is written. The holder keeps the
//! name. Age decides only between objects that wait for a name that nobody holds.
//!
//! Two claims conflict where their names overlap and their namespaces differ. In one namespace only equal names of two
//! objects that serve them conflict: a namespace may publish any record of a host that it serves.

mod name;
#[cfg(test)]
mod tests;

use super::{
    key::Key,
    kind::Kind,
    router::{Reader, Router, Source},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::HostClaim;
use name::Name;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// An object that claims names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    reader: Reader,
    uid: String,
    /// UID of the object that controls it, else its own: what one workspace consists of does not conflict.
    family: String,
    created: Option<Timestamp>,
}

impl Claimant {
    /// The object of this kind with this metadata.
    pub fn of(kind: Kind, meta: &ObjectMeta) -> Self {
        let uid = meta.uid.clone().unwrap_or_default();
        let mut owners = meta.owner_references.iter().flatten();
        let controller = owners.find(|owner| owner.controller == Some(true));
        Self {
            reader: (kind, Key::of(meta)),
            family: controller.map_or_else(|| uid.clone(), |owner| owner.uid.clone()),
            uid,
            created: meta.creation_timestamp.as_ref().map(|time| time.0),
        }
    }

    /// Whether it serves the hosts that it claims. The others only publish records of a name.
    fn serves(&self) -> bool {
        self.reader.0 != Kind::DNSRecord
    }

    /// Whether both cannot have names that overlap, which are `equal` or not.
    fn conflicts(&self, other: &Self, equal: bool) -> bool {
        if self.reader.1.namespace != other.reader.1.namespace {
            return true;
        }
        equal && self.serves() && other.serves() && self.family != other.family
    }

    fn age(&self) -> (Option<Timestamp>, &Reader) {
        (self.created, &self.reader)
    }
}

/// How far a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// Another has the name, or an older object waits for it.
    Waiting,
    /// Granted, and not yet in the status of the object.
    Granted,
    /// In the status of the object, since then.
    Held(Timestamp),
}

#[derive(Clone, Debug)]
struct Claim {
    claimant: Arc<Claimant>,
    hold: Hold,
}

impl Claim {
    /// Whether this claim wins against `other`, where both conflict. Waiting claims are compared by age alone.
    fn wins(&self, other: &Self) -> bool {
        let older = self.claimant.age() < other.claimant.age();
        match (self.hold, other.hold) {
            (Hold::Held(own), Hold::Held(their)) => own < their || (own == their && older),
            (Hold::Held(_), _) | (Hold::Granted, Hold::Waiting) => true,
            (_, Hold::Held(_)) | (Hold::Waiting, Hold::Granted) => false,
            (Hold::Granted, Hold::Granted) | (Hold::Waiting, Hold::Waiting) => older,
        }
    }
}

/// Name of the store in which readers subscribe to a name.
const STORE: &str = "claims";

/// The table of claims.
pub struct Claims {
    router: Arc<Router>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    claims: BTreeMap<Name, BTreeMap<Reader, Claim>>,
    names: HashMap<Reader, BTreeSet<Name>>,
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

impl Table {
    /// The claims of the status. Returns the names whose claims changed for others.
    fn hold(&mut self, claimant: Claimant, held: &[HostClaim]) -> Vec<Name> {
        let me = claimant.reader.clone();
        let is_other = |claim: &Claim| claim.claimant.uid != claimant.uid;
        let mut changed = Vec::new();
        if self.of(&me).iter().any(|(_, claim)| is_other(claim)) {
            changed.extend(self.remove(&me));
        }
        let held: BTreeMap<Name, Timestamp> = held
            .iter()
            .map(|claim| (Name::of(&claim.host), claim.since.0))
            .collect();
        for (name, claim) in self.of(&me) {
            if matches!(claim.hold, Hold::Held(_)) && !held.contains_key(&name) {
                self.leave(&name, &me);
                changed.push(name);
            }
        }
        let claimant = Arc::new(claimant);
        for (name, since) in held {
            let claim = Claim {
                claimant: claimant.clone(),
                hold: Hold::Held(since),
            };
            self.names
                .entry(me.clone())
                .or_default()
                .insert(name.clone());
            let of = self.claims.entry(name.clone()).or_default();
            let before = of.insert(me.clone(), claim).map(|claim| claim.hold);
            if before != Some(Hold::Held(since)) && before != Some(Hold::Granted) {
                changed.push(name);
            }
        }
        changed
    }

    /// The object no longer asks for names besides `names`. Returns those that it gives up.
    fn withdraw(&mut self, me: &Reader, names: &BTreeMap<Name, &String>) -> Vec<Name> {
        let given_up = self
            .of(me)
            .into_iter()
            .filter(|(name, claim)| {
                !names.contains_key(name) && !matches!(claim.hold, Hold::Held(_))
            })
            .map(|(name, _)| name);
        let given_up: Vec<Name> = given_up.collect();
        for name in &given_up {
            self.leave(name, me);
        }
        given_up
    }

    fn wait(&mut self, name: &Name, claimant: &Arc<Claimant>) {
        let me = &claimant.reader;
        self.names
            .entry(me.clone())
            .or_default()
            .insert(name.clone());
        let of = self.claims.entry(name.clone()).or_default();
        of.entry(me.clone()).or_insert_with(|| Claim {
            claimant: claimant.clone(),
            hold: Hold::Waiting,
        });
    }

    /// Grants the name, or takes back what was granted. Returns whether it was taken back.
    fn grant(&mut self, name: &Name, me: &Reader, wins: bool) -> bool {
        let claim = self.claims.get_mut(name).and_then(|of| of.get_mut(me));
        match claim {
            Some(claim) if wins && claim.hold == Hold::Waiting => claim.hold = Hold::Granted,
            Some(claim) if !wins && claim.hold == Hold::Granted => {
                claim.hold = Hold::Waiting;
                return true;
            }
            _ => {}
        }
        false
    }

    /// Whether the object wins against every claim that conflicts.
    fn wins(&self, name: &Name, me: &Reader) -> bool {
        let Some(own) = self.claims.get(name).and_then(|of| of.get(me)) else {
            return false;
        };
        !self.conflicts(name, own).any(|(at, other)| {
            // A claim that waits for a third one keeps nobody waiting.
            let is_blocked = || {
                let mut conflicts = self.conflicts(at, other);
                conflicts.any(|(_, third)| third.hold != Hold::Waiting)
            };
            other.wins(own) && (other.hold != Hold::Waiting || !is_blocked())
        })
    }

    fn conflicts<'a>(
        &'a self,
        name: &'a Name,
        own: &'a Claim,
    ) -> impl Iterator<Item = (&'a Name, &'a Claim)> {
        let names = self.overlapping(name).into_iter();
        let claims = names.flat_map(move |at| {
            let of = self.claims.get(at).into_iter().flatten();
            of.map(move |(_, claim)| (at, claim))
        });
        claims.filter(move |(at, other)| {
            other.claimant.reader != own.claimant.reader
                && own.claimant.conflicts(&other.claimant, *at == name)
        })
    }

    /// The names in the table that this one overlaps with, among them itself.
    fn overlapping(&self, name: &Name) -> Vec<&Name> {
        let mut found: Vec<&Name> = name
            .wildcards()
            .iter()
            .filter_map(|name| self.claims.get_key_value(name))
            .map(|(name, _)| name)
            .collect();
        if let Some((from, to)) = name.below() {
            let range = (Bound::Included(from), Bound::Excluded(to));
            found.extend(self.claims.range(range).map(|(name, _)| name));
        } else {
            found.extend(self.claims.get_key_value(name).map(|(name, _)| name));
        }
        found
    }

    /// What has to be told of changes of these names: each name itself, and all that it overlaps with.
    fn readers_of(&self, names: &[Name]) -> Vec<Source> {
        let mut told = BTreeSet::new();
        for name in names {
            told.insert(name);
            told.extend(self.overlapping(name));
        }
        let source = |name: &Name| Source::Entry(STORE, name.to_string());
        told.into_iter().map(source).collect()
    }

    fn of(&self, reader: &Reader) -> Vec<(Name, Claim)> {
        let names = self.names.get(reader).into_iter().flatten();
        let claim = |name: &Name| {
            let claim = self.claims.get(name)?.get(reader)?;
            Some((name.clone(), claim.clone()))
        };
        names.filter_map(claim).collect()
    }

    fn remove(&mut self, reader: &Reader) -> Vec<Name> {
        let names: Vec<Name> = self.of(reader).into_iter().map(|(name, _)| name).collect();
        for name in &names {
            self.leave(name, reader);
        }
        names
    }

    fn leave(&mut self, name: &Name, reader: &Reader) {
        if let Some(of) = self.claims.get_mut(name) {
            of.remove(reader);
            if of.is_empty() {
                self.claims.remove(name);
            }
        }
        if let Some(names) = self.names.get_mut(reader) {
            names.remove(name);
            if names.is_empty() {
                self.names.remove(reader);
            }
        }
    }
}
