//! The objects of a store, found by their names, their owners and what they belong to.

use super::Stored;
use crate::cluster::Key;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
    sync::Arc,
};

/// How many objects that went are remembered; a write's answer is never that late.
const GRAVES: usize = 256;

/// Objects, by what they are looked for.
#[derive(Debug)]
pub(super) struct Index<T> {
    pub(super) objects: HashMap<Key, Arc<T>>,
    by_owner: HashMap<String, HashSet<Key>>,
    by_instance: HashMap<Key, HashSet<Key>>,
    pub(super) relisting: Option<HashSet<Key>>,
    /// UIDs of objects that went last, so that a late answer to a write does not bring one back.
    graves: VecDeque<String>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self {
            objects: HashMap::new(),
            by_owner: HashMap::new(),
            by_instance: HashMap::new(),
            relisting: None,
            graves: VecDeque::new(),
        }
    }
}

impl<T: Stored> Index<T> {
    pub(super) fn owned_by(&self, uid: &str) -> Vec<Arc<T>> {
        self.sorted(self.by_owner.get(uid))
    }

    pub(super) fn of_instance(&self, instance: &Key) -> Vec<Arc<T>> {
        self.sorted(self.by_instance.get(instance))
    }

    pub(super) fn is_buried(&self, uid: &str) -> bool {
        self.graves.iter().any(|grave| grave == uid)
    }

    pub(super) fn put(&mut self, object: T) -> bool {
        let key = Key::of(object.metadata());
        if self
            .objects
            .get(&key)
            .is_some_and(|held| is_older(object.metadata(), held.metadata()))
        {
            return false;
        }
        self.remove(&key);
        if let Some(owner) = controller_uid(object.metadata()) {
            self.by_owner.entry(owner).or_default().insert(key.clone());
        }
        if let Some(instance) = instance(object.metadata()) {
            self.by_instance
                .entry(instance)
                .or_default()
                .insert(key.clone());
        }
        self.objects.insert(key, Arc::new(object));
        true
    }

    pub(super) fn bury(&mut self, uid: Option<&str>) {
        if self.graves.len() >= GRAVES {
            self.graves.pop_front();
        }
        self.graves.extend(uid.map(str::to_owned));
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<Arc<T>> {
        let object = self.objects.remove(key)?;
        if let Some(owner) = controller_uid(object.metadata()) {
            unlist(&mut self.by_owner, &owner, key);
        }
        if let Some(instance) = instance(object.metadata()) {
            unlist(&mut self.by_instance, &instance, key);
        }
        Some(object)
    }

    fn sorted(&self, keys: Option<&HashSet<Key>>) -> Vec<Arc<T>> {
        let mut found: Vec<_> = keys
            .into_iter()
            .flatten()
            .filter_map(|key| self.objects.get_key_value(key))
            .collect();
        found.sort_by_key(|(key, _)| *key);
        found
            .into_iter()
            .map(|(_, object)| object.clone())
            .collect()
    }
}

fn unlist<K: Hash + Eq>(index: &mut HashMap<K, HashSet<Key>>, entry: &K, key: &Key) {
    if let Some(keys) = index.get_mut(entry) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(entry);
        }
    }
}

/// Namespace and instance that the object says it belongs to.
fn instance(meta: &ObjectMeta) -> Option<Key> {
    let name = meta.labels.as_ref()?.get("app.kubernetes.io/instance")?;
    Some(Key::new(meta.namespace.clone()?, name.clone()))
}

/// UID of the owner that controls the object.
fn controller_uid(meta: &ObjectMeta) -> Option<String> {
    meta.owner_references
        .iter()
        .flatten()
        .find(|owner| owner.controller == Some(true))
        .map(|owner| owner.uid.clone())
}

/// Whether `one` is an older version of the same object than `other`, or the same version.
///
/// Resource versions of one resource are ordered integers (KEP-5504).
fn is_older(one: &ObjectMeta, other: &ObjectMeta) -> bool {
    one.uid == other.uid
        && match (version(one), version(other)) {
            (Some(one), Some(other)) => one <= other,
            _ => false,
        }
}

fn version(meta: &ObjectMeta) -> Option<u64> {
    meta.resource_version.as_deref()?.parse().ok()
}
