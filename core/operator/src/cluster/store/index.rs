//! The objects of a store, found by their names, their owners and what they belong to.
//!
//! Resource versions of one resource are ordered integers (KEP-5504), and a watch delivers them in order. So an answer to a write
//! that is not newer than what the watch has delivered, and whose object is not in the store, is of an object that is gone.

use crate::cluster::{Key, kept::Kept};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::Arc,
};

/// A change of the store, with everything by which a reader may have found the object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Update {
    pub(super) key: Key,
    pub(super) owners: Vec<String>,
    pub(super) instances: Vec<Key>,
    /// Whether the user changed it: generation, deletion, labels or annotations; or it came or went.
    pub(super) by_user: bool,
}

/// Objects, by what they are looked for.
#[derive(Debug)]
pub(super) struct Index<T> {
    pub(super) objects: HashMap<Key, Arc<T>>,
    by_owner: HashMap<String, HashSet<Key>>,
    by_instance: HashMap<Key, HashSet<Key>>,
    /// Keys that the listing in progress has contained so far.
    listed: Option<HashSet<Key>>,
    /// The newest resource version that the watch has delivered.
    delivered: u64,
    /// Own writes that the watch has not delivered yet: resource version by key.
    unconfirmed: HashMap<Key, u64>,
    /// UIDs that an answer to a write said to be gone, until the watch says so.
    gone: HashSet<String>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self {
            objects: HashMap::new(),
            by_owner: HashMap::new(),
            by_instance: HashMap::new(),
            listed: None,
            delivered: 0,
            unconfirmed: HashMap::new(),
            gone: HashSet::new(),
        }
    }
}

impl<T: Kept> Index<T> {
    pub(super) fn owned_by(&self, uid: &str) -> Vec<Arc<T>> {
        self.sorted(self.by_owner.get(uid))
    }

    pub(super) fn of_instance(&self, instance: &Key) -> Vec<Arc<T>> {
        self.sorted(self.by_instance.get(instance))
    }

    /// The answer to an own write.
    pub(super) fn remember(&mut self, object: T) -> Option<Update> {
        let meta = object.metadata();
        let (key, version) = (Key::of(meta), version(meta));
        if meta.uid.as_ref().is_some_and(|uid| self.gone.contains(uid)) {
            return None;
        }
        let is_held = self
            .objects
            .get(&key)
            .is_some_and(|held| held.metadata().uid == meta.uid);
        if !is_held && version <= self.delivered {
            return None;
        }
        let update = self.put(object);
        if update.is_some() && version > self.delivered {
            self.unconfirmed.insert(key, version);
        }
        update
    }

    /// An object of the watch or of a listing.
    pub(super) fn watched(&mut self, object: T) -> Vec<Update> {
        let meta = object.metadata();
        let (key, version) = (Key::of(meta), version(meta));
        if let Some(listed) = &mut self.listed {
            listed.insert(key.clone());
        }
        if self
            .unconfirmed
            .get(&key)
            .is_some_and(|own| *own <= version)
        {
            self.unconfirmed.remove(&key);
        }
        let is_gone = meta.uid.as_ref().is_some_and(|uid| self.gone.contains(uid));
        let mut updates = self.delivered(version);
        if !is_gone {
            updates.extend(self.put(object));
        }
        updates
    }

    /// The watch says that the object is gone.
    pub(super) fn unwatched(&mut self, meta: &ObjectMeta) -> Option<Update> {
        let key = Key::of(meta);
        if let Some(uid) = &meta.uid {
            self.gone.remove(uid);
        }
        self.delivered = self.delivered.max(version(meta));
        let is_held = self
            .objects
            .get(&key)
            .is_some_and(|held| held.metadata().uid == meta.uid);
        if is_held { self.remove(&key) } else { None }
    }

    /// An answer to a write says that the object with this UID is gone.
    pub(super) fn forget(&mut self, key: &Key, uid: Option<&str>) -> Option<Update> {
        let is_held = self
            .objects
            .get(key)
            .is_some_and(|held| held.metadata().uid.as_deref() == uid);
        if !is_held {
            return None;
        }
        self.gone.extend(uid.map(str::to_owned));
        self.remove(key)
    }

    pub(super) fn begin_listing(&mut self) {
        self.listed = Some(HashSet::new());
    }

    pub(super) fn end_listing(&mut self) -> Vec<Update> {
        let listed = self.listed.take().unwrap_or_default();
        // A listing that was taken before an own write does not contain its object.
        let delivered = self.delivered;
        let is_newer = |own: Option<&u64>| own.is_some_and(|own| *own > delivered);
        let absent: Vec<Key> = self
            .objects
            .keys()
            .filter(|key| !listed.contains(key) && !is_newer(self.unconfirmed.get(key)))
            .cloned()
            .collect();
        // Whatever a write said to be gone is not in the listing, or the next event says so.
        self.gone.clear();
        absent.iter().filter_map(|key| self.remove(key)).collect()
    }

    /// The watch has come this far: an own write that it has passed without delivering it is of an object that is gone.
    fn delivered(&mut self, version: u64) -> Vec<Update> {
        self.delivered = self.delivered.max(version);
        if self.listed.is_some() || self.unconfirmed.is_empty() {
            return Vec::new();
        }
        let passed: Vec<Key> = self
            .unconfirmed
            .iter()
            .filter(|(_, own)| **own < version)
            .map(|(key, _)| key.clone())
            .collect();
        let gone = passed.iter().filter_map(|key| {
            self.unconfirmed.remove(key);
            self.remove(key)
        });
        gone.collect()
    }

    fn put(&mut self, object: T) -> Option<Update> {
        let key = Key::of(object.metadata());
        let held = self.objects.get(&key);
        if held.is_some_and(|held| version(object.metadata()) <= version(held.metadata())) {
            return None;
        }
        let is_news = held.is_none_or(|held| held.is_news(&object));
        let by_user = held.is_none_or(|held| is_of_user(held.metadata(), object.metadata()));
        let mut update = self.take(&key).unwrap_or_else(|| Update {
            key: key.clone(),
            owners: Vec::new(),
            instances: Vec::new(),
            by_user,
        });
        update.by_user = by_user;
        if let Some(owner) = controller_uid(object.metadata()) {
            self.by_owner
                .entry(owner.clone())
                .or_default()
                .insert(key.clone());
            push(&mut update.owners, owner);
        }
        if let Some(instance) = instance(object.metadata()) {
            self.by_instance
                .entry(instance.clone())
                .or_default()
                .insert(key.clone());
            push(&mut update.instances, instance);
        }
        self.objects.insert(key, Arc::new(object));
        is_news.then_some(update)
    }

    fn remove(&mut self, key: &Key) -> Option<Update> {
        self.unconfirmed.remove(key);
        self.take(key)
    }

    fn take(&mut self, key: &Key) -> Option<Update> {
        let object = self.objects.remove(key)?;
        let mut update = Update {
            key: key.clone(),
            owners: Vec::new(),
            instances: Vec::new(),
            by_user: true,
        };
        if let Some(owner) = controller_uid(object.metadata()) {
            unlist(&mut self.by_owner, &owner, key);
            update.owners.push(owner);
        }
        if let Some(instance) = instance(object.metadata()) {
            unlist(&mut self.by_instance, &instance, key);
            update.instances.push(instance);
        }
        Some(update)
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

fn push<V: PartialEq>(values: &mut Vec<V>, value: V) {
    if !values.contains(&value) {
        values.push(value);
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

/// Whether the change is one that only a user makes, and not a controller that writes the status.
fn is_of_user(held: &ObjectMeta, new: &ObjectMeta) -> bool {
    held.uid != new.uid
        || held.generation != new.generation
        || held.deletion_timestamp != new.deletion_timestamp
        || held.labels != new.labels
        || held.annotations != new.annotations
}

fn version(meta: &ObjectMeta) -> u64 {
    let version = meta.resource_version.as_deref();
    version.and_then(|text| text.parse().ok()).unwrap_or(0)
}
