//! Watches that keep the caches true and tell the controllers what changed.

use super::{
    caches::{Caches, Change},
    key::Key,
    kind::Kind,
    pod::PodSummary,
    store::{Store, Stored},
};
use futures::{StreamExt as _, stream::BoxStream};
use k8s_openapi::api::core::v1::{Namespace, Pod, Secret};
use kube::{
    Api, Client, Resource,
    core::{DynamicObject, PartialObjectMeta},
    runtime::{
        WatchStreamExt as _,
        watcher::{self, Config, Error, Event},
    },
};
use serde::de::DeserializeOwned;
use std::{
    fmt::Debug,
    sync::{Arc, PoisonError},
};
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
};

/// Seconds after which the API server ends a watch and the client opens the next one, so that a connection on which
/// nothing arrives any more is noticed.
const WATCH_SECONDS: u32 = 240;
/// Selects what the operator made.
const OURS: &str = "app.kubernetes.io/managed-by=maquette";
/// Selects what it did not make.
const FOREIGN: &str = "app.kubernetes.io/managed-by!=maquette";

/// Selects the Secrets that are not Helm's releases, which may have a megabyte each.
const NO_RELEASES: &str = "type!=helm.sh/release.v1";

/// Starts every watch and waits until each cache is complete once.
///
/// The tasks end with the set that is returned. A kind that the cluster does not serve counts as complete and is
/// looked for again.
pub async fn start(
    client: &Client,
    caches: &Arc<Caches>,
    operator_namespace: &str,
    changes: &broadcast::Sender<Change>,
) -> JoinSet<()> {
    let mut starter = Starter {
        client,
        caches,
        changes,
        tasks: JoinSet::new(),
        complete: Vec::new(),
    };
    let all = Config::default().timeout(WATCH_SECONDS);
    let ours = all.clone().labels(OURS);

    starter.typed(Kind::Plugin, &all, |c| &c.plugins);
    starter.typed(Kind::Provider, &all, |c| &c.providers);
    starter.typed(Kind::Workspace, &all, |c| &c.workspaces);
    starter.typed(Kind::Component, &all, |c| &c.components);
    starter.typed(Kind::DNSRecord, &all, |c| &c.records);
    starter.typed(Kind::Tunnel, &all, |c| &c.tunnels);
    for kind in [
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::Job,
        Kind::Service,
        Kind::HTTPRoute,
    ] {
        starter.dynamic(kind, &ours);
    }
    starter.dynamic(Kind::Gateway, &all);
    for kind in [
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::Job,
        Kind::Service,
        Kind::HTTPRoute,
    ] {
        starter.foreign(kind, &all.clone().labels(FOREIGN));
    }
    let pods: Api<Pod> = Api::all(client.clone());
    starter.run(
        Kind::Pod,
        watcher::watcher(pods, ours.clone()).boxed(),
        |c| &c.pods,
        PodSummary::from,
    );
    let namespaces: Api<PartialObjectMeta<Namespace>> = Api::all(client.clone());
    starter.run(
        Kind::Namespace,
        watcher::watcher(namespaces, all.clone()).boxed(),
        |c| &c.namespaces,
        |namespace| namespace,
    );
    let secrets: Api<Secret> = Api::namespaced(client.clone(), operator_namespace);
    let secrets = watcher::watcher(secrets, all.fields(NO_RELEASES)).boxed();
    starter.run(Kind::Secret, secrets, |c| &c.secrets, |secret| secret);

    let Starter {
        tasks, complete, ..
    } = starter;
    for mut done in complete {
        // The sender lives as long as its task, which does not end by itself.
        let _ = done.wait_for(|complete| *complete).await;
    }
    tasks
}

type Stream<K> = BoxStream<'static, Result<Event<K>, Error>>;

struct Starter<'a> {
    client: &'a Client,
    caches: &'a Arc<Caches>,
    changes: &'a broadcast::Sender<Change>,
    tasks: JoinSet<()>,
    complete: Vec<watch::Receiver<bool>>,
}

impl Starter<'_> {
    fn typed<K>(&mut self, kind: Kind, config: &Config, store: fn(&Caches) -> &Store<K>)
    where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    {
        let api: Api<K> = Api::all(self.client.clone());
        self.run(
            kind,
            watcher::watcher(api, config.clone()).boxed(),
            store,
            |mut object: K| {
                object.meta_mut().managed_fields = None;
                object
            },
        );
    }

    fn dynamic(&mut self, kind: Kind, config: &Config) {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &kind.api_resource());
        let stream = watcher::watcher(api, config.clone()).boxed();
        let (caches, changes) = (self.caches.clone(), self.changes.clone());
        let complete = self.completion();
        self.tasks.spawn(async move {
            if let Some(store) = caches.dynamic(kind) {
                follow(
                    kind,
                    stream,
                    &caches,
                    store,
                    &changes,
                    &complete,
                    |mut object: DynamicObject| {
                        object.metadata.managed_fields = None;
                        object
                    },
                )
                .await;
            }
        });
    }

    /// Keeps only the names of what the operator did not make.
    fn foreign(&mut self, kind: Kind, config: &Config) {
        let api: Api<PartialObjectMeta<DynamicObject>> =
            Api::all_with(self.client.clone(), &kind.api_resource());
        let mut stream = watcher::watcher(api, config.clone())
            .default_backoff()
            .boxed();
        let caches = self.caches.clone();
        let complete = self.completion();
        self.tasks.spawn(async move {
            while let Some(event) = stream.next().await {
                let mut names = caches
                    .foreign
                    .write()
                    .unwrap_or_else(PoisonError::into_inner);
                match event {
                    Ok(Event::Init) => names.retain(|(held, _)| *held != kind),
                    Ok(Event::InitApply(object) | Event::Apply(object)) => {
                        names.insert((kind, Key::of(&object.metadata)));
                    }
                    Ok(Event::Delete(object)) => {
                        names.remove(&(kind, Key::of(&object.metadata)));
                    }
                    Ok(Event::InitDone) => {
                        let _ = complete.send(true);
                    }
                    Err(error) if is_absent(&error) => {
                        let _ = complete.send(true);
                    }
                    Err(error) => {
                        tracing::debug!(%kind, %error, "watch of foreign names interrupted");
                    }
                }
            }
        });
    }

    fn run<K, T>(
        &mut self,
        kind: Kind,
        stream: Stream<K>,
        store: fn(&Caches) -> &Store<T>,
        keep: fn(K) -> T,
    ) where
        K: Send + 'static,
        T: Stored,
    {
        let (caches, changes) = (self.caches.clone(), self.changes.clone());
        let complete = self.completion();
        self.tasks.spawn(async move {
            follow(
                kind,
                stream,
                &caches,
                store(&caches),
                &changes,
                &complete,
                keep,
            )
            .await;
        });
    }

    fn completion(&mut self) -> watch::Sender<bool> {
        let (sender, receiver) = watch::channel(false);
        self.complete.push(receiver);
        sender
    }
}

/// Applies one watch to its store, for ever.
async fn follow<K: Send + 'static, T: Stored>(
    kind: Kind,
    stream: Stream<K>,
    caches: &Caches,
    store: &Store<T>,
    changes: &broadcast::Sender<Change>,
    complete: &watch::Sender<bool>,
    keep: fn(K) -> T,
) {
    let mut stream = stream.default_backoff().boxed();
    // Nobody listens before the controllers start; they look at everything then.
    let tell = |change: Change| drop(changes.send(change));
    while let Some(event) = stream.next().await {
        match event {
            Ok(Event::Init) => store.begin_listing(),
            Ok(Event::InitApply(object) | Event::Apply(object)) => {
                let object = keep(object);
                let change = Change::of(kind, &object);
                store.put(object);
                tell(change);
            }
            Ok(Event::Delete(object)) => {
                let object = keep(object);
                store.remove(&object);
                tell(Change::of(kind, &object));
            }
            Ok(Event::InitDone) => {
                for gone in store.end_listing() {
                    tell(Change::of(kind, gone.as_ref()));
                }
                caches
                    .absent
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(&kind);
                let _ = complete.send(true);
            }
            Err(error) if is_absent(&error) => {
                tracing::debug!(%kind, "not served by this cluster");
                caches
                    .absent
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(kind);
                let _ = complete.send(true);
            }
            Err(error) => tracing::warn!(%kind, %error, "watch interrupted; it is resumed"),
        }
    }
}

fn is_absent(error: &Error) -> bool {
    matches!(error, Error::InitialListFailed(kube::Error::Api(status)) if status.code == 404)
}
