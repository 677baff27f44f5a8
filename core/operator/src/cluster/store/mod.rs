//! One kind's objects as the watch last said, overlaid with what the operator itself wrote since.

mod index;
#[cfg(test)]
mod tests;

use super::{
    claims::Claims,
    kept::Kept,
    key::Key,
    kind::Kind,
    router::{Reader, Router, Source, Wake},
};
use index::{Index, Update};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Resource, core::DynamicObject};
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

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
/// an older event of the watch does not undo it. A change wakes the objects that read it.
pub struct Store<T> {
    kind: Kind,
    router: Arc<Router>,
    claims: Arc<Claims>,
    inner: RwLock<Index<T>>,
}

impl<T> std::fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl<T: Kept> Store<T> {
    /// A store of this kind, which tells the router of every change, and enters the host names that its objects hold.
    pub fn new(kind: Kind, router: Arc<Router>, claims: Arc<Claims>) -> Self {
        Self {
            kind,
            router,
            claims,
            inner: RwLock::default(),
        }
    }

    /// The kind of the objects.
    pub fn kind(&self) -> Kind {
        self.kind
    }

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
        self.read().owned_by(uid)
    }

    /// Objects in the namespace of `instance` whose label `app.kubernetes.io/instance` is its name, by name.
    pub fn of_instance(&self, instance: &Key) -> Vec<Arc<T>> {
        self.read().of_instance(instance)
    }

    /// Takes the answer to a write of `writer`.
    pub fn remember(&self, object: T, writer: Option<&Reader>) {
        self.update(writer, |index| index.remember(object).into_iter().collect());
    }

    /// Takes an object of the watch or of a listing.
    pub fn put(&self, object: T) {
        self.update(None, |index| index.watched(object));
    }

    /// The watch says that the object is gone. An object of the same name that was made since stays.
    pub fn remove(&self, gone: &T) {
        let meta = gone.metadata();
        self.update(None, |index| index.unwatched(meta).into_iter().collect());
    }

    /// The object with this UID is gone, says the answer to a write of `writer`.
    pub fn forget(&self, key: &Key, uid: Option<&str>, writer: Option<&Reader>) {
        self.update(writer, |index| index.forget(key, uid).into_iter().collect());
    }

    /// A listing begins.
    pub fn begin_listing(&self) {
        self.write().begin_listing();
    }

    /// A listing is complete: what it did not contain is gone.
    pub fn end_listing(&self) {
        self.update(None, Index::end_listing);
    }

    /// Changes the index, enters the claims of what changed while the index is locked, and tells readers afterwards: who is
    /// woken may read this store.
    fn update(&self, writer: Option<&Reader>, change: impl FnOnce(&mut Index<T>) -> Vec<Update>) {
        let told: Vec<(Update, Vec<Source>)> = {
            let mut index = self.write();
            let updates = change(&mut index).into_iter();
            let claim = |update: Update| {
                let reader = (self.kind, update.key.clone());
                let object = index.objects.get(&update.key);
                let object = object.map(|object| (object.metadata(), object.hosts()));
                let claims = self.claims.observe(&reader, object);
                (update, claims)
            };
            updates.map(claim).collect()
        };
        for (update, claims) in told {
            self.tell(&update, claims, writer);
        }
    }

    /// Outside the lock: a sink may read this store.
    fn tell(&self, update: &Update, claims: Vec<Source>, writer: Option<&Reader>) {
        let mut sources = claims;
        sources.extend([
            Source::Object(self.kind, update.key.clone()),
            Source::Every(self.kind),
        ]);
        let owners = update.owners.iter().cloned();
        sources.extend(owners.map(|uid| Source::Owned(self.kind, uid)));
        let instances = update.instances.iter().cloned();
        sources.extend(instances.map(|key| Source::Instance(self.kind, key)));
        let is_own = |(kind, key): &Reader| *kind == self.kind && *key == update.key;
        if !writer.is_some_and(is_own) {
            let wake = if update.by_user {
                Wake::User
            } else {
                Wake::News
            };
            self.router.own(self.kind, &update.key, wake);
        }
        self.router.changed(&sources, writer);
    }

    fn read(&self) -> RwLockReadGuard<'_, Index<T>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index<T>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store of any kind, for what is the same for all.
pub trait AnyStore: Send + Sync {
    /// The object as it is served, without what only the API server needs; `None` for kinds that are never applied.
    fn live(&self, key: &Key) -> Option<Value>;

    /// A number that changes with every field of the object that can be applied.
    fn fingerprint(&self, key: &Key) -> Option<u64>;

    /// Metadata of the object with this key.
    fn meta(&self, key: &Key) -> Option<ObjectMeta>;

    /// Takes the answer to a write.
    fn remember_answer(&self, answer: DynamicObject, writer: Option<&Reader>);

    /// The object with this UID is gone, says the answer to a write.
    fn forget_uid(&self, key: &Key, uid: &str, writer: Option<&Reader>);

    /// Number of objects.
    fn count(&self) -> usize;
}

impl<T: Kept> AnyStore for Store<T> {
    fn live(&self, key: &Key) -> Option<Value> {
        self.get(key)?.live()
    }

    fn fingerprint(&self, key: &Key) -> Option<u64> {
        Some(self.get(key)?.fingerprint())
    }

    fn meta(&self, key: &Key) -> Option<ObjectMeta> {
        Some(self.get(key)?.metadata().clone())
    }

    fn remember_answer(&self, answer: DynamicObject, writer: Option<&Reader>) {
        // What cannot be parsed is left to the watch, which reports it.
        if let Some(object) = T::parse(answer) {
            self.remember(object, writer);
        }
    }

    fn forget_uid(&self, key: &Key, uid: &str, writer: Option<&Reader>) {
        self.forget(key, Some(uid), writer);
    }

    fn count(&self) -> usize {
        self.len()
    }
}
