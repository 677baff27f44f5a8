//! All claims by their names.

use super::{
    claim::{Claim, Claimant, Hold},
    name::Name,
};
use crate::cluster::router::{Reader, Source};
use jiff::Timestamp;
use maquette_api::HostClaim;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::Arc,
};

/// Name of the store in which readers subscribe to a name.
pub(super) const STORE: &str = "claims";

/// All claims by their names, and the names of each claimant.
#[derive(Default)]
pub(super) struct Table {
    claims: BTreeMap<Name, BTreeMap<Reader, Claim>>,
    pub(super) names: HashMap<Reader, BTreeSet<Name>>,
}

impl Table {
    /// The claims of the status. Returns the names whose claims changed for others.
    pub(super) fn hold(&mut self, claimant: Claimant, held: &[HostClaim]) -> Vec<Name> {
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
    pub(super) fn withdraw(&mut self, me: &Reader, names: &BTreeMap<Name, &String>) -> Vec<Name> {
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

    pub(super) fn wait(&mut self, name: &Name, claimant: &Arc<Claimant>) {
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
    pub(super) fn grant(&mut self, name: &Name, me: &Reader, wins: bool) -> bool {
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
    pub(super) fn wins(&self, name: &Name, me: &Reader) -> bool {
        let Some(own) = self.claims.get(name).and_then(|of| of.get(me)) else {
            return false;
        };
        !self.conflicts(name, own).any(|(at, other)| {
            // A claim that waits for a third one blocks no other.
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

    /// Sources that change with these names: each name itself, and all names that it overlaps with.
    pub(super) fn readers_of(&self, names: &[Name]) -> Vec<Source> {
        let mut changed = BTreeSet::new();
        for name in names {
            changed.insert(name);
            changed.extend(self.overlapping(name));
        }
        let source = |name: &Name| Source::Entry(STORE, name.to_string());
        changed.into_iter().map(source).collect()
    }

    fn of(&self, reader: &Reader) -> Vec<(Name, Claim)> {
        let names = self.names.get(reader).into_iter().flatten();
        let claim = |name: &Name| {
            let claim = self.claims.get(name)?.get(reader)?;
            Some((name.clone(), claim.clone()))
        };
        names.filter_map(claim).collect()
    }

    pub(super) fn remove(&mut self, reader: &Reader) -> Vec<Name> {
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
