//! Watches that keep the caches true.

use super::{
    kept::Kept,
    kind::{Caches, Kind, Watched},
    store::Store,
};
use crate::kinds::for_each_kind;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture};
use kube::{
    Client,
    runtime::{
        WatchStreamExt as _,
        watcher::{self, Config, Error, Event},
    },
};
use std::{pin::pin, sync::Arc};
use tokio::{sync::watch, task::JoinSet};

/// Seconds after which the API server ends a watch and the client opens the next one.
const WATCH_SECONDS: u32 = 240;
/// Selects the objects that the operator created.
const MANAGED: &str = "app.kubernetes.io/managed-by=maquette";
/// Selects the Secrets that are not Helm's releases, which may have a megabyte each.
const NO_RELEASES: &str = "type!=helm.sh/release.v1";
/// The first minor version of Kubernetes whose API server streams lists by default (`WatchList`, KEP-3157).
const STREAMS_LISTS_SINCE: u32 = 34;

/// The tasks of all watches. They end when this is dropped, and never by themselves.
pub type Watches = JoinSet<()>;

/// Starts every watch and waits until each cache is complete once.
///
/// A kind that the cluster does not serve counts as complete and is looked for again.
pub async fn start(client: &Client, caches: &Arc<Caches>, operator_namespace: &str) -> Watches {
    let streams = streams_lists(client).await;
    let mut tasks = JoinSet::new();
    let mut complete = Vec::new();
    for kind in Kind::ALL {
        let (sender, receiver) = watch::channel(false);
        complete.push(receiver);
        let follow = follow_kind(*kind, client, caches, operator_namespace, streams, sender);
        tasks.spawn(follow);
    }
    for mut done in complete {
        // The sender lives as long as its task, which does not end by itself.
        let _ = done.wait_for(|complete| *complete).await;
    }
    tasks
}

/// Whether the API server streams lists. A server that does not say its version is listed page by page.
async fn streams_lists(client: &Client) -> bool {
    let version = client.apiserver_version().await.ok();
    let minor = version.and_then(|version| {
        let digits: String = version
            .minor
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<u32>().ok()
    });
    minor.is_some_and(|minor| minor >= STREAMS_LISTS_SINCE)
}

macro_rules! followers {
    ($($kind:ident $field:ident $kept:ident $group:tt $version:tt $plural:literal $namespaced:literal $watched:ident $use:ident($($controller:tt)*);)*) => {
        fn follow_kind(
            kind: Kind,
            client: &Client,
            caches: &Arc<Caches>,
            operator_namespace: &str,
            streams: bool,
            complete: watch::Sender<bool>,
        ) -> BoxFuture<'static, ()> {
            let (client, caches) = (client.clone(), caches.clone());
            let namespace = operator_namespace.to_owned();
            match kind {
                $(Kind::$kind => async move {
                    follow(&caches.$field, &client, &caches, &namespace, streams, &complete).await;
                }.boxed()),*
            }
        }
    };
}
for_each_kind!(followers);

fn config(watched: Watched, streams: bool) -> Config {
    let config = Config::default().timeout(WATCH_SECONDS);
    let config = if streams {
        config.streaming_lists()
    } else {
        config
    };
    match watched {
        Watched::All => config,
        Watched::Managed => config.labels(MANAGED),
        Watched::OperatorNamespace => config.fields(NO_RELEASES),
    }
}

/// Applies the watch of one kind to its store, without end.
async fn follow<T: Kept>(
    store: &Store<T>,
    client: &Client,
    caches: &Caches,
    operator_namespace: &str,
    mut streams: bool,
    complete: &watch::Sender<bool>,
) {
    let kind = store.kind();
    loop {
        let api = T::api(client.clone(), kind, operator_namespace);
        let config = config(kind.coordinates().watched, streams);
        let mut stream = pin!(watcher::watcher(api, config).default_backoff());
        while let Some(event) = stream.next().await {
            match event {
                Ok(Event::Init) => store.begin_listing(),
                Ok(Event::InitApply(object) | Event::Apply(object)) => store.put(T::keep(object)),
                Ok(Event::Delete(object)) => store.remove(&T::keep(object)),
                Ok(Event::InitDone) => {
                    store.end_listing();
                    caches.set_served(kind, true);
                    let _ = complete.send(true);
                }
                Err(error) if is_absent(&error) => {
                    tracing::debug!(%kind, "not served by this cluster");
                    caches.set_served(kind, false);
                    let _ = complete.send(true);
                }
                // The feature may be switched off although the version has it.
                Err(error) if streams && is_refused(&error) => {
                    tracing::debug!(%kind, %error, "the API server does not stream lists");
                    streams = false;
                    break;
                }
                Err(error) => tracing::warn!(%kind, %error, "watch interrupted; it is resumed"),
            }
        }
    }
}

fn is_absent(error: &Error) -> bool {
    matches!(
        error,
        Error::InitialListFailed(kube::Error::Api(status))
            | Error::WatchStartFailed(kube::Error::Api(status)) if status.code == 404
    )
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::WatchStartFailed(kube::Error::Api(status)) if matches!(status.code, 400 | 422))
}
