//! Everything that happens to some kinds in a namespace, in the order in which the API server wrote it.
//!
//! The order is that of resource versions, which are etcd's revisions here: seconds in timestamps are too coarse, and
//! watches of several kinds do not arrive in step.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use kube::api::{Api, DynamicObject, ListParams, WatchEvent, WatchParams};
use maquette_harness::wait_for;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{Place, inventory};

/// How long a watch may lag behind what a client has seen.
const LAG: Duration = Duration::from_secs(10);

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Made or changed.
    Written,
    Deleted,
}

#[derive(Clone, Debug)]
struct Entry {
    revision: u64,
    change: Change,
    kind: &'static str,
    object: DynamicObject,
}

/// The changes since [`History::record`].
pub(crate) struct History {
    entries: Arc<Mutex<Vec<Entry>>>,
    _watches: JoinSet<()>,
}

impl History {
    pub(crate) async fn record(place: &Place, kinds: &[&'static str]) -> Self {
        Self::elsewhere(place, &place.namespace, kinds).await
    }

    /// The same in another namespace than the place's own.
    pub(crate) async fn elsewhere(place: &Place, namespace: &str, kinds: &[&'static str]) -> Self {
        let entries = Arc::new(Mutex::new(Vec::new()));
        let mut watches = JoinSet::new();
        for &kind in kinds {
            let api: Api<DynamicObject> =
                Api::namespaced_with(place.client.clone(), namespace, &inventory::resource(kind));
            let since = api
                .list(&ListParams::default())
                .await
                .unwrap()
                .metadata
                .resource_version
                .unwrap();
            let stream = api.watch(&WatchParams::default(), &since).await.unwrap();
            let entries = Arc::clone(&entries);
            watches.spawn(async move {
                let mut stream = std::pin::pin!(stream);
                while let Some(Ok(event)) = stream.next().await {
                    let (change, object) = match event {
                        WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                            (Change::Written, object)
                        }
                        WatchEvent::Deleted(object) => (Change::Deleted, object),
                        WatchEvent::Bookmark(_) | WatchEvent::Error(_) => continue,
                    };
                    let revision = object
                        .metadata
                        .resource_version
                        .as_ref()
                        .unwrap()
                        .parse()
                        .unwrap();
                    entries.lock().unwrap().push(Entry {
                        revision,
                        change,
                        kind,
                        object,
                    });
                }
            });
        }
        Self {
            entries,
            _watches: watches,
        }
    }

    /// The revision at which an object was first written in a form that satisfies `holds`.
    pub(crate) async fn when(&self, kind: &str, name: &str, holds: impl Fn(&Value) -> bool) -> u64 {
        self.first(kind, name, Change::Written, holds).await
    }

    /// The revision at which an object was made.
    pub(crate) async fn made(&self, kind: &str, name: &str) -> u64 {
        self.first(kind, name, Change::Written, |_| true).await
    }

    /// The revision at which an object was gone.
    pub(crate) async fn gone(&self, kind: &str, name: &str) -> u64 {
        self.first(kind, name, Change::Deleted, |_| true).await
    }

    async fn first(
        &self,
        kind: &str,
        name: &str,
        change: Change,
        holds: impl Fn(&Value) -> bool,
    ) -> u64 {
        wait_for(&format!("{kind}/{name} {change:?}"), LAG, async || {
            let entries = self.entries.lock().unwrap();
            let fits = |entry: &&Entry| {
                entry.kind == kind
                    && entry.change == change
                    && entry.object.metadata.name.as_deref() == Some(name)
                    && holds(&entry.object.data)
            };
            let first = entries
                .iter()
                .filter(fits)
                .map(|entry| entry.revision)
                .min();
            first.ok_or_else(|| format!("{} other changes", entries.len()))
        })
        .await
        .unwrap()
    }
}

/// Whether a condition of an object holds.
pub(crate) fn condition(object: &Value, kind: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == kind && condition["status"] == "True")
}
