//! One kind's objects as the watch last said, overlaid with what the operator itself wrote since.

use super::key::Key;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// How many objects that went are remembered; a write's answer is never that late.
const GRAVES: usize = 256;

/// What a store can hold.
pub trait Stored: Send + Sync + 'static {
    /// Metadata of the object.
    fn metadata(&self) -> &ObjectMeta;
}

impl<K: Resource + Send + Sync + 'static> Stored for K {
    fn metadata(&self) -> &ObjectMeta {
        self.meta()
    }
}

/// One kind's objects.
///
/// A write's answer is put into the store at once ([`Store::remember`]), so that the next decision already sees it;
/// an older event of the watch does not undo it.
#[derive(Debug)]
pub struct Store<T> {
    inner: RwLock<Inner<T>>,
}

#[derive(Debug)]
struct Inner<T> {
    objects: HashMap<Key, Arc<T>>,
    by_owner: HashMap<String, HashSet<Key>>,
    by_instance: HashMap<Key, HashSet<Key>>,
    relisting: Option<HashSet<Key>>,
    /// UIDs of objects that went last, so that a late answer to a write does not bring one back.
    graves: VecDeque<String>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            inner: RwLock::new(Inner {
                objects: HashMap::new(),
                by_owner: HashMap::new(),
                by_instance: HashMap::new(),
                relisting: None,
                graves: VecDeque::new(),
            }),
        }
    }
}

impl<T: Stored> Store<T> {
    /// The object with this key.
    pub fn get(&self, key: &Key) -> Option<Arc<T>> {
        self.read().objects.get(key).cloned()
    }

    /// Every object, in no order.
    pub fn all(&self) -> Vec<Arc<T>> {
        self.read().objects.values().cloned().collect()
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.read().objects.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Objects whose controller is the object with this UID, in the order of their names.
    pub fn owned_by(&self, uid: &str) -> Vec<Arc<T>> {
        let inner = self.read();
        inner.sorted(inner.by_owner.get(uid))
    }

    /// Objects in the namespace of `instance` whose label `app.kubernetes.io/instance` is its name, by name.
    pub fn of_instance(&self, instance: &Key) -> Vec<Arc<T>> {
        let inner = self.read();
        inner.sorted(inner.by_instance.get(instance))
    }

    /// Takes the answer to a write.
    pub fn remember(&self, object: T) {
        let mut inner = self.write();
        let uid = object.metadata().uid.clone().unwrap_or_default();
        if inner.graves.contains(&uid) {
            return;
        }
        // A listing that was taken before the write does not contain the object.
        if let Some(listed) = &mut inner.relisting {
            listed.insert(Key::of(object.metadata()));
        }
        inner.put(object);
    }

    /// Takes an object of the watch or of a listing. Says whether it is news.
    pub fn put(&self, object: T) -> bool {
        let mut inner = self.write();
        if let Some(listed) = &mut inner.relisting {
            listed.insert(Key::of(object.metadata()));
        }
        inner.put(object)
    }

    /// The object is gone. An object of the same name that was made since stays.
    pub fn remove(&self, gone: &T) {
        self.forget(&Key::of(gone.metadata()), gone.metadata().uid.as_deref());
    }

    /// The object with this UID is gone.
    pub fn forget(&self, key: &Key, uid: Option<&str>) {
        let mut inner = self.write();
        let same = inner
            .objects
            .get(key)
            .is_some_and(|held| held.metadata().uid.as_deref() == uid);
        if same {
            inner.remove(key);
        }
        inner.bury(uid);
    }

    /// A listing begins.
    pub fn begin_listing(&self) {
        self.write().relisting = Some(HashSet::new());
    }

    /// A listing is complete: what it did not contain is gone. Returns that.
    pub fn end_listing(&self) -> Vec<Arc<T>> {
        let mut inner = self.write();
        let listed = inner.relisting.take().unwrap_or_default();
        let gone: Vec<Key> = inner
            .objects
            .keys()
            .filter(|key| !listed.contains(key))
            .cloned()
            .collect();
        gone.iter().filter_map(|key| inner.remove(key)).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner<T>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner<T>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Stored> Inner<T> {
    fn put(&mut self, object: T) -> bool {
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

    fn bury(&mut self, uid: Option<&str>) {
        if self.graves.len() >= GRAVES {
            self.graves.pop_front();
        }
        self.graves.extend(uid.map(str::to_owned));
    }

    fn remove(&mut self, key: &Key) -> Option<Arc<T>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::ConfigMap;

    fn object(uid: &str, version: u64) -> ConfigMap {
        let mut object = ConfigMap::default();
        object.metadata.name = Some("a".into());
        object.metadata.namespace = Some("n".into());
        object.metadata.uid = Some(uid.into());
        object.metadata.resource_version = Some(version.to_string());
        object
    }

    fn held(store: &Store<ConfigMap>) -> Option<(String, String)> {
        let object = store.get(&Key::new("n", "a"))?;
        Some((
            object.metadata.uid.clone()?,
            object.metadata.resource_version.clone()?,
        ))
    }

    #[test]
    fn an_older_event_does_not_undo_an_own_write() {
        let store = Store::default();
        store.remember(object("1", 20));
        assert!(!store.put(object("1", 10)));
        assert_eq!(held(&store), Some(("1".into(), "20".into())));
        assert!(store.put(object("1", 21)));
    }

    #[test]
    fn the_deletion_of_a_predecessor_leaves_the_successor() {
        let store = Store::default();
        store.remember(object("2", 30));
        store.remove(&object("1", 25));
        assert_eq!(held(&store), Some(("2".into(), "30".into())));
        store.remove(&object("2", 31));
        assert_eq!(held(&store), None);
    }

    #[test]
    fn a_late_answer_to_a_write_does_not_bring_back_what_is_gone() {
        let store = Store::default();
        store.put(object("1", 10));
        store.remove(&object("1", 12));
        store.remember(object("1", 11));
        assert_eq!(held(&store), None);
    }

    #[test]
    fn what_a_listing_does_not_contain_is_gone() {
        let store = Store::default();
        store.put(object("1", 1));
        store.begin_listing();
        assert_eq!(store.end_listing().len(), 1);
        assert!(store.is_empty());
    }
}
