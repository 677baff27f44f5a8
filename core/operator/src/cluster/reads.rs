//! What one reconciliation reads. Every read is recorded, so no wake-up can be forgotten.

use super::{
    caches::Typed,
    claims::{Claimant, Claims},
    kept::Kept,
    key::Key,
    kind::{Caches, Kind},
    pod::PodSummary,
    raw::RawObject,
    router::{Reader, Router, Source},
    store::Store,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

/// The reads of one reconciliation of one object.
pub struct Reads {
    caches: Arc<Caches>,
    reader: Reader,
    read: Mutex<HashSet<Source>>,
    park: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Reads {
    /// Nothing was read yet.
    pub fn new(caches: Arc<Caches>, reader: Reader) -> Self {
        caches.router().begin(&reader);
        Self {
            caches,
            reader,
            read: Mutex::default(),
            park: None,
        }
    }

    /// Calls this before the reconciliation waits for an answer, so that it holds no worker meanwhile.
    #[must_use]
    pub fn parking(mut self, park: Arc<dyn Fn() + Send + Sync>) -> Self {
        self.park = Some(park);
        self
    }

    /// Waits for an answer from outside the cluster. Meanwhile other objects are reconciled.
    pub async fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        if let Some(park) = &self.park {
            park();
        }
        answer.await
    }

    /// The object that reads.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The object with this key.
    pub fn get<T: Typed>(&self, key: &Key) -> Option<Arc<T>> {
        self.one(T::store(&self.caches), key)
    }

    /// Objects whose controller has this UID, by name.
    pub fn owned<T: Typed>(&self, uid: &str) -> Vec<Arc<T>> {
        self.owned_in(T::store(&self.caches), uid)
    }

    /// Every object of the kind. Any change of any of them wakes the reader: use a projection where one will do.
    pub fn every<T: Typed>(&self) -> Vec<Arc<T>> {
        self.note(Source::Every(T::KIND));
        T::store(&self.caches).all()
    }

    /// What the function makes of every object of the kind; only a change of its result wakes the reader.
    pub fn every_as<T: Typed, P: Hash>(
        &self,
        project: impl Fn(&[Arc<T>]) -> P + Send + Sync + 'static,
    ) -> P {
        self.projected(Source::Every(T::KIND), move |caches| {
            project(&T::store(caches).all())
        })
    }

    /// What the function makes of the object with this key; only a change of its result wakes the reader.
    pub fn get_as<T: Typed, P: Hash>(
        &self,
        key: &Key,
        project: impl Fn(Option<&T>) -> P + Send + Sync + 'static,
    ) -> P {
        let at = key.clone();
        self.projected(Source::Object(T::KIND, key.clone()), move |caches| {
            project(T::store(caches).get(&at).as_deref())
        })
    }

    /// An object in a store of this kind.
    pub fn one<T: Kept>(&self, store: &Store<T>, key: &Key) -> Option<Arc<T>> {
        self.note(Source::Object(store.kind(), key.clone()));
        store.get(key)
    }

    /// Objects of a store whose controller has this UID, by name.
    pub fn owned_in<T: Kept>(&self, store: &Store<T>, uid: &str) -> Vec<Arc<T>> {
        self.note(Source::Owned(store.kind(), uid.to_owned()));
        store.owned_by(uid)
    }

    /// Objects of a store that belong to this instance, by name.
    pub fn of_instance<T: Kept>(&self, store: &Store<T>, instance: &Key) -> Vec<Arc<T>> {
        self.note(Source::Instance(store.kind(), instance.clone()));
        store.of_instance(instance)
    }

    /// Pods whose label `app.kubernetes.io/instance` is this name.
    pub fn pods(&self, instance: &Key) -> Vec<Arc<PodSummary>> {
        self.of_instance(&self.caches.pods, instance)
    }

    /// Objects of one of the kinds that are kept as text, whose controller has this UID.
    pub fn owned_raw(&self, kind: Kind, uid: &str) -> Vec<Arc<RawObject>> {
        let store = self.caches.raw(kind);
        store.map_or_else(Vec::new, |store| self.owned_in(store, uid))
    }

    /// An object of one of the kinds that are kept as text.
    pub fn raw(&self, kind: Kind, key: &Key) -> Option<Arc<RawObject>> {
        self.one(self.caches.raw(kind)?, key)
    }

    /// Metadata of the object of this kind and name.
    pub fn meta(&self, kind: Kind, key: &Key) -> Option<ObjectMeta> {
        self.note(Source::Object(kind, key.clone()));
        self.caches.any(kind).meta(key)
    }

    /// Asks for the host names, and for no others, on behalf of the object that reads. Returns those that it does not get.
    /// The object is woken when one of them becomes free, or is lost to an earlier holder.
    pub fn claim(&self, meta: &ObjectMeta, hosts: &BTreeSet<String>) -> BTreeSet<String> {
        for host in hosts {
            self.note(Claims::source(host));
        }
        let claimant = Claimant::of(self.reader.0, meta);
        self.caches.claims.request(claimant, hosts)
    }

    /// Whether the cluster serves the kind.
    pub fn serves(&self, kind: Kind) -> bool {
        self.note(Source::Served(kind));
        self.caches.serves(kind)
    }

    /// The reader reads an entry of a store besides the caches. Call it before the read.
    pub fn entry(&self, store: &'static str, name: &str) {
        self.note(Source::Entry(store, name.to_owned()));
    }

    /// The caches, for stores by field: `reads.one(&reads.caches().gateways, …)`.
    pub fn caches(&self) -> &Arc<Caches> {
        &self.caches
    }

    /// All has been read: what was read by earlier reconciliations only no longer wakes the reader.
    pub fn finish(self) {
        let read = self
            .read
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.caches.router().finish(&self.reader, &read);
    }

    /// Subscribes first and reads then, so that no change in between is lost.
    fn note(&self, source: Source) {
        let router: &Router = self.caches.router();
        router.subscribe(&self.reader, source.clone());
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(source);
    }

    fn projected<P: Hash>(
        &self,
        source: Source,
        project: impl Fn(&Caches) -> P + Send + Sync + 'static,
    ) -> P {
        let value = project(&self.caches);
        let caches = Arc::downgrade(&self.caches);
        let project = Arc::new(project);
        let again = {
            let project = project.clone();
            move || {
                caches
                    .upgrade()
                    .map_or(0, |caches| digest(&project(&caches)))
            }
        };
        let seen = digest(&value);
        self.caches
            .router()
            .project(&self.reader, source.clone(), seen, Arc::new(again));
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(source);
        // A change between the read and the subscription is seen here.
        project(&self.caches)
    }
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
