//! The shop of examples/ on the real cluster: from apply to Ready, against what its own pods need.
//!
//! The shop's components wait for each other in one row, so its critical path is the sum of what each pod needs from its
//! creation until it is Ready, or has completed. Both are seen by a watch of this process, with one clock.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DynamicObject, ListParams};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, ResourceExt as _};
use maquette_api::Workspace;
use tokio::sync::watch;

use super::Bench;
use super::census::Census;
use super::figure::{Figure, Section, median, most};
use super::workspaces;
use crate::demo::{self, manifests, objects};
use crate::stage::Stage;

const RUNS: u32 = 5;
const WITHIN: Duration = Duration::from_mins(3);
const NAMESPACE: &str = "shop";

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut stage = Stage::local().await?;
    stage.install(&bench.progress).await?;
    demo::provider(&stage, None, &bench.progress).await?;
    workspaces::namespace(&stage.client, NAMESPACE).await?;
    clear(&stage.client).await?;
    let runs = bench.runs(RUNS);
    let (mut whole, mut own, mut more) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..runs {
        let step = bench
            .progress
            .during(format_args!("run {} of {runs}", run + 1));
        let (to_ready, of_pods) = one(&stage).await?;
        drop(step);
        whole.push(to_ready);
        own.push(of_pods);
        more.push(to_ready - of_pods);
    }
    let mut section = Section::default();
    section.add(Figure::told(
        "demo: apply → Ready (median)",
        format!("{:.2} s (most {:.2} s)", median(&whole), most(&whole)),
    ));
    section.add(Figure::told(
        "  its pods' own readiness, summed on the critical path",
        format!("{:.2} s", median(&own)),
    ));
    section.add(Figure::told(
        "  what Maquette and Kubernetes add",
        format!("{:.2} s (most {:.2} s)", median(&more), most(&more)),
    ));
    section.note(format!("{runs} runs on the cluster of `cargo xtask cluster up`, its operator built for debug. A pod's own readiness lasts from \
         its creation until it is Ready, of the Job's pod until it has succeeded, as a watch sees it. The rest is the time in which no pod \
         of the critical path was on its way: the operator's reactions and kube-controller-manager's."));
    Ok(section)
}

/// Brings the shop up once and takes it down: seconds to Ready, and seconds of its pods.
async fn one(stage: &Stage) -> Result<(f64, f64)> {
    let shop = shop(stage)?;
    let name = shop.name_any();
    let client = &stage.client;
    let api: Api<Workspace> = Api::namespaced(client.clone(), NAMESPACE);
    let mut census = Census::of_workspaces(api.clone());
    census
        .wait("an empty namespace", WITHIN, |seen| seen.total == 0)
        .await?;
    let pods = Pods::watch(client).await?;
    let began = Instant::now();
    objects::apply(client, &shop).await?;
    census
        .wait("the shop to be Ready", WITHIN, |seen| seen.wanted == 1)
        .await?;
    let to_ready = began.elapsed().as_secs_f64();
    let of_pods = pods.sum();
    workspaces::delete(&api, &name).await?;
    census
        .wait("the shop to be gone", WITHIN, |seen| seen.total == 0)
        .await?;
    pods.gone().await?;
    Ok((to_ready, of_pods))
}

/// Removes the workspaces that a demo left.
async fn clear(client: &Client) -> Result<()> {
    let api: Api<Workspace> = Api::namespaced(client.clone(), NAMESPACE);
    for left in api.list(&ListParams::default()).await?.items {
        workspaces::delete(&api, &left.name_any()).await?;
    }
    Ok(())
}

/// The shop's workspace.
fn shop(stage: &Stage) -> Result<DynamicObject> {
    let all = manifests::shop(stage, None)?;
    let is_workspace = |object: &DynamicObject| {
        object
            .types
            .as_ref()
            .is_some_and(|types| types.kind == "Workspace")
    };
    all.into_iter()
        .find(is_workspace)
        .context("examples/shop has no Workspace")
}

/// When each pod was first seen, and when it was up.
type Times = BTreeMap<String, (Instant, Option<Instant>)>;

struct Pods {
    times: watch::Receiver<Times>,
    left: watch::Receiver<Option<usize>>,
    task: tokio::task::JoinHandle<()>,
}

impl Pods {
    async fn watch(client: &Client) -> Result<Self> {
        let (times_told, times) = watch::channel(Times::new());
        let (left_told, mut left) = watch::channel(None);
        let api: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
        let task = tokio::spawn(follow(api, times_told, left_told));
        left.wait_for(Option::is_some)
            .await
            .context("the watch of pods ended")?;
        Ok(Self { times, left, task })
    }

    fn sum(&self) -> f64 {
        let times = self.times.borrow();
        times
            .values()
            .filter_map(|(seen, up)| Some((*up)?.duration_since(*seen).as_secs_f64()))
            .sum()
    }

    async fn gone(mut self) -> Result<()> {
        let gone = tokio::time::timeout(WITHIN, self.left.wait_for(|left| *left == Some(0)));
        gone.await
            .context("the shop's pods do not go")?
            .context("the watch of pods ended")?;
        Ok(())
    }
}

impl Drop for Pods {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(api: Api<Pod>, times: watch::Sender<Times>, left: watch::Sender<Option<usize>>) {
    let mut events = watcher::watcher(api, watcher::Config::default())
        .default_backoff()
        .boxed();
    let mut present = std::collections::BTreeSet::new();
    let mut listed = false;
    while let Some(event) = events.next().await {
        let now = Instant::now();
        match event {
            Ok(Event::Init) => present.clear(),
            Ok(Event::InitApply(pod) | Event::Apply(pod)) => {
                let name = pod.name_any();
                present.insert(name.clone());
                let up = is_up(&pod).then_some(now);
                times.send_modify(|times| {
                    let time = times.entry(name).or_insert((now, None));
                    time.1 = time.1.or(up);
                });
            }
            Ok(Event::Delete(pod)) => drop(present.remove(&pod.name_any())),
            Ok(Event::InitDone) => listed = true,
            // It is watched again after a pause.
            Err(_) => {}
        }
        if listed {
            left.send_replace(Some(present.len()));
        }
    }
}

/// Ready, or a Job's that has succeeded. A Job's pod is Ready while it runs, which is not what is waited for.
fn is_up(pod: &Pod) -> bool {
    let status = pod.status.as_ref();
    let succeeded = status.and_then(|status| status.phase.as_deref()) == Some("Succeeded");
    let of_job = pod
        .owner_references()
        .iter()
        .any(|owner| owner.kind == "Job");
    let conditions = status.and_then(|status| status.conditions.as_ref());
    let ready = conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    succeeded || (ready && !of_job)
}
