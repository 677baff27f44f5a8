//! Subscriptions: a change of a source wakes exactly the objects whose last reconciliation read that source.

use super::{Key, Kind};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Something that a reconciliation can read, and that can change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The object of this kind and name, or its absence.
    Object(Kind, Key),
    /// The objects of this kind whose controller has this UID.
    Owned(Kind, String),
    /// The objects of this kind whose labels say that they belong to this instance.
    Instance(Kind, Key),
    /// Every object of the kind.
    Every(Kind),
    /// Whether the cluster serves the kind.
    Served(Kind),
    /// An entry of a store besides the caches: the name of the store and of the entry.
    Entry(&'static str, String),
}

/// An object that is reconciled, and that reads.
pub type Reader = (Kind, Key);

/// Why a reader is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Its user changed it: generation, deletion, labels or annotations.
    User,
    /// Something that it has read changed.
    News,
}

/// Where the keys of one kind are queued.
pub trait Sink: Send + Sync {
    /// Queues the key.
    fn wake(&self, key: &Key, wake: Wake);
}

/// Recomputes the digest of what a reader used of a source.
pub(super) type Projection = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Subscriptions of all readers.
#[derive(Default)]
pub struct Router {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sinks: HashMap<Kind, Arc<dyn Sink>>,
    readers: HashMap<Source, HashMap<Reader, Subscription>>,
    sources: HashMap<Reader, HashSet<Source>>,
}

/// What a reader used of a source.
#[derive(Clone)]
enum Subscription {
    /// All of it.
    Whole,
    /// Projections of it, with the digests that were used.
    Projected(Vec<(u64, Projection)>),
}

impl Subscription {
    /// What the reader used of this source, and of another one that changed with it.
    fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Whole, _) => {}
            (_, Self::Whole) => *self = Self::Whole,
            (Self::Projected(all), Self::Projected(more)) => all.extend(more),
        }
    }
}

impl Router {
    /// From now on the keys of the kind are queued here.
    pub fn connect(&self, kind: Kind, sink: Arc<dyn Sink>) {
        self.state().sinks.insert(kind, sink);
    }

    /// The reader is about to read all of the source. Called before the read, so that no change in between is lost.
    pub fn subscribe(&self, reader: &Reader, source: Source) {
        let mut state = self.state();
        state.note(reader, &source);
        let readers = state.readers.entry(source).or_default();
        readers.insert(reader.clone(), Subscription::Whole);
    }

    /// The reader uses a projection of the source, which has this digest.
    pub(super) fn project(&self, reader: &Reader, source: Source, digest: u64, again: Projection) {
        let mut state = self.state();
        state.note(reader, &source);
        let readers = state.readers.entry(source).or_default();
        match readers.get_mut(reader) {
            Some(Subscription::Whole) => {}
            Some(Subscription::Projected(all)) => all.push((digest, again)),
            None => {
                let one = Subscription::Projected(vec![(digest, again)]);
                readers.insert(reader.clone(), one);
            }
        }
    }

    /// The reader begins to read again: projections of its last reconciliation no longer count.
    pub fn begin(&self, reader: &Reader) {
        let mut state = self.state();
        let State {
            readers, sources, ..
        } = &mut *state;
        for source in sources.get(reader).into_iter().flatten() {
            if let Some(Subscription::Projected(all)) =
                readers.get_mut(source).and_then(|of| of.get_mut(reader))
            {
                all.clear();
            }
        }
    }

    /// The reader has finished reading: sources that it did not read this time no longer wake it.
    pub fn finish(&self, reader: &Reader, read: &HashSet<Source>) {
        let mut state = self.state();
        let Some(sources) = state.sources.get_mut(reader) else {
            return;
        };
        let unread: Vec<Source> = sources.difference(read).cloned().collect();
        sources.retain(|source| read.contains(source));
        for source in unread {
            state.leave(reader, &source);
        }
    }

    /// The reader is gone.
    pub fn forget(&self, reader: &Reader) {
        let mut state = self.state();
        for source in state.sources.remove(reader).into_iter().flatten() {
            state.leave(reader, &source);
        }
    }

    /// The sources changed. Wakes everyone who read one of them, except the writer.
    pub fn changed(&self, sources: &[Source], writer: Option<&Reader>) {
        let (readers, sinks) = {
            let state = self.state();
            let mut readers: HashMap<Reader, Subscription> = HashMap::new();
            for source in sources {
                for (reader, subscription) in state.readers.get(source).into_iter().flatten() {
                    if Some(reader) == writer {
                        continue;
                    }
                    let subscription = subscription.clone();
                    match readers.get_mut(reader) {
                        Some(known) => known.add(subscription),
                        None => drop(readers.insert(reader.clone(), subscription)),
                    }
                }
            }
            (readers, state.sinks.clone())
        };
        // Outside the lock: a projection reads the caches.
        for ((kind, key), subscription) in readers {
            let is_news = match subscription {
                Subscription::Whole => true,
                Subscription::Projected(all) => all.iter().any(|(seen, again)| again() != *seen),
            };
            if let Some(sink) = sinks.get(&kind).filter(|_| is_news) {
                sink.wake(&key, Wake::News);
            }
        }
    }

    /// The object itself changed.
    pub fn own(&self, kind: Kind, key: &Key, wake: Wake) {
        let sink = self.state().sinks.get(&kind).cloned();
        if let Some(sink) = sink {
            sink.wake(key, wake);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, reader: &Reader, source: &Source) {
        if let Some(sources) = self.sources.get_mut(reader) {
            sources.insert(source.clone());
        } else {
            let sources = HashSet::from([source.clone()]);
            self.sources.insert(reader.clone(), sources);
        }
    }

    fn leave(&mut self, reader: &Reader, source: &Source) {
        if let Some(readers) = self.readers.get_mut(source) {
            readers.remove(reader);
            if readers.is_empty() {
                self.readers.remove(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Woken(Mutex<Vec<String>>);

    impl Sink for Woken {
        fn wake(&self, key: &Key, _: Wake) {
            self.0.lock().unwrap().push(key.name.clone());
        }
    }

    fn router() -> (Router, Arc<Woken>) {
        let (router, woken) = (Router::default(), Arc::new(Woken::default()));
        router.connect(Kind::Workspace, woken.clone());
        (router, woken)
    }

    fn reader(name: &str) -> Reader {
        (Kind::Workspace, Key::new("n", name))
    }

    fn gateway(name: &str) -> Source {
        Source::Object(Kind::Gateway, Key::new("n", name))
    }

    fn names(woken: &Woken) -> Vec<String> {
        std::mem::take(&mut *woken.0.lock().unwrap())
    }

    #[test]
    fn only_readers_of_what_changed_are_woken_and_never_the_writer() {
        let (router, woken) = router();
        router.subscribe(&reader("a"), gateway("g"));
        router.subscribe(&reader("b"), gateway("h"));
        router.changed(&[gateway("g")], None);
        assert_eq!(names(&woken), ["a"]);
        router.changed(&[gateway("g")], Some(&reader("a")));
        assert_eq!(names(&woken), [""; 0]);
    }

    #[test]
    fn a_source_that_was_not_read_again_wakes_no_longer() {
        let (router, woken) = router();
        router.subscribe(&reader("a"), gateway("g"));
        router.subscribe(&reader("a"), gateway("h"));
        router.finish(&reader("a"), &HashSet::from([gateway("h")]));
        router.changed(&[gateway("g")], None);
        assert_eq!(names(&woken), [""; 0]);
        router.changed(&[gateway("h")], None);
        assert_eq!(names(&woken), ["a"]);
    }

    #[test]
    fn a_change_outside_of_the_projection_wakes_no_object() {
        let (router, woken) = router();
        let value = Arc::new(AtomicU64::new(7));
        let again = value.clone();
        router.project(
            &reader("a"),
            gateway("g"),
            7,
            Arc::new(move || again.load(Ordering::Relaxed)),
        );
        router.changed(&[gateway("g")], None);
        assert_eq!(names(&woken), [""; 0]);
        value.store(8, Ordering::Relaxed);
        router.changed(&[gateway("g")], None);
        assert_eq!(names(&woken), ["a"]);
    }
    #[test]
    fn of_several_sources_that_change_together_each_one_counts() {
        let (router, woken) = router();
        let every = Source::Every(Kind::Gateway);
        let value = Arc::new(AtomicU64::new(7));
        let again = value.clone();
        let load = move || again.load(Ordering::Relaxed);
        router.project(&reader("a"), gateway("g"), 7, Arc::new(load));
        router.project(&reader("a"), every.clone(), 0, Arc::new(|| 0));
        value.store(8, Ordering::Relaxed);
        for sources in [[gateway("g"), every.clone()], [every.clone(), gateway("g")]] {
            router.changed(&sources, None);
            assert_eq!(names(&woken), ["a"]);
        }
        value.store(7, Ordering::Relaxed);
        router.subscribe(&reader("a"), gateway("h"));
        for sources in [[gateway("h"), every.clone()], [every.clone(), gateway("h")]] {
            router.changed(&sources, None);
            assert_eq!(names(&woken), ["a"]);
        }
    }
}
