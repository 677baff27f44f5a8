//! How many objects there are and how many of them are as wanted, kept by a watch.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::StreamExt as _;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Resource, ResourceExt as _};
use maquette_api::condition::{READY, holds};
use maquette_api::reason::PROGRESSING;
use maquette_api::{DNSRecord, Workspace};
use serde::de::DeserializeOwned;
use tokio::sync::watch::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// How many there are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    listed: bool,
    pub(super) wanted: usize,
    pub(super) total: usize,
}

/// Counts until it is dropped.
pub(super) struct Census {
    seen: Receiver<Count>,
    task: JoinHandle<()>,
}

impl Census {
    /// Workspaces that are Ready for their present spec.
    pub(super) fn of_workspaces(api: Api<Workspace>) -> Self {
        Self::start(api, |workspace| {
            let status = workspace.status.as_ref();
            is_ready(
                workspace.metadata.generation,
                status.and_then(|s| s.observed_generation),
                status.map_or(&[], |s| &s.conditions),
            )
        })
    }

    /// Records that are Ready for their present spec.
    pub(super) fn of_records(api: Api<DNSRecord>) -> Self {
        Self::start(api, |record| {
            let status = record.status.as_ref();
            is_ready(
                record.metadata.generation,
                status.and_then(|s| s.observed_generation),
                status.map_or(&[], |s| &s.conditions),
            )
        })
    }

    /// Records whose failure is reported for their present spec.
    pub(super) fn of_failing_records(api: Api<DNSRecord>) -> Self {
        Self::start(api, |record| {
            record.status.as_ref().is_some_and(|status| {
                let fails = |condition: &Condition| {
                    condition.type_ == READY
                        && condition.status == "False"
                        && condition.reason != PROGRESSING
                };
                status.observed_generation == record.metadata.generation
                    && status.conditions.iter().any(fails)
            })
        })
    }

    fn start<K>(api: Api<K>, is_wanted: fn(&K) -> bool) -> Self
    where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    {
        let (sender, seen) = watch::channel(Count::default());
        let task = tokio::spawn(follow(api, is_wanted, sender));
        Self { seen, task }
    }

    /// Waits until the count is as wanted.
    pub(super) async fn wait(
        &mut self,
        what: &str,
        within: Duration,
        mut wanted: impl FnMut(Count) -> bool,
    ) -> Result<()> {
        let seen = self.seen.wait_for(|count| count.listed && wanted(*count));
        let outcome = match tokio::time::timeout(within, seen).await {
            Ok(result) => result.map(drop).context("the watch ended"),
            Err(_) => Err(anyhow::anyhow!(
                "it did not happen within {} s",
                within.as_secs()
            )),
        };
        if let Err(error) = outcome {
            let Count { wanted, total, .. } = *self.seen.borrow();
            bail!("waiting for {what}: {error}; {wanted} of {total} are");
        }
        Ok(())
    }
}

impl Drop for Census {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn is_ready(
    generation: Option<i64>,
    observed: Option<i64>,
    conditions: &[Condition],
) -> bool {
    observed == generation && holds(conditions, READY)
}

async fn follow<K>(api: Api<K>, is_wanted: fn(&K) -> bool, told: Sender<Count>)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
{
    let mut events = watcher::watcher(api, watcher::Config::default())
        .default_backoff()
        .boxed();
    let mut objects = BTreeMap::new();
    let mut listed = false;
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Init) => objects.clear(),
            Ok(Event::InitApply(object) | Event::Apply(object)) => {
                objects.insert(object.name_any(), is_wanted(&object));
            }
            Ok(Event::Delete(object)) => drop(objects.remove(&object.name_any())),
            Ok(Event::InitDone) => listed = true,
            // It is watched again after a pause; what is wrong shows when the wait ends.
            Err(_) => {}
        }
        let wanted = objects.values().filter(|wanted| **wanted).count();
        told.send_replace(Count {
            listed,
            wanted,
            total: objects.len(),
        });
    }
}
