//! One kind's objects as the watch last said, overlaid with what the operator itself wrote since.

mod index;
#[cfg(test)]
mod tests;

use super::key::Key;
use index::Index;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

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
    inner: RwLock<Index<T>>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            inner: RwLock::default(),
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
        inner.owned_by(uid)
    }

    /// Objects in the namespace of `instance` whose label `app.kubernetes.io/instance` is its name, by name.
    pub fn of_instance(&self, instance: &Key) -> Vec<Arc<T>> {
        let inner = self.read();
        inner.of_instance(instance)
    }

    /// Takes the answer to a write.
    pub fn remember(&self, object: T) {
        let mut inner = self.write();
        let uid = object.metadata().uid.clone().unwrap_or_default();
        if inner.is_buried(&uid) {
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

    fn read(&self) -> RwLockReadGuard<'_, Index<T>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index<T>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}
