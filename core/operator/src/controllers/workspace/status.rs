//! Is it up, where, since when; and if not, the first cause in the order of dependencies.

use super::{
    names,
    observe::Observed,
    plan::state,
    reach, routes,
    teardown::{self, Step},
};
use crate::{
    cluster::Key,
    engine::{Report, Results, refused},
};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    Component, Workspace, WorkspaceStatus,
    condition::{Outcome, READY, STALLED, Verdict, find, holds},
    reason,
    workspace::{ComponentSummary, Phase},
};
use maquette_graph::Graph;
use std::convert::Infallible;

/// How long one object of a teardown may take before somebody should look.
const TEARDOWN_DEADLINE: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn status(
    workspace: &Workspace,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    now: Timestamp,
) -> Report<WorkspaceStatus> {
    let previous = workspace.status.clone().unwrap_or_default();
    let graph = super::draft::graph(workspace).ok();
    let components: Vec<ComponentSummary> = workspace
        .spec
        .components
        .iter()
        .map(|component| summary(workspace, observed, graph.as_ref(), &component.name))
        .collect();
    let verdict = verdict(
        workspace,
        observed,
        results,
        graph.as_ref(),
        &components,
        now,
    );
    let urls = routes::urls(workspace, observed);
    let was_ready = previous.phase == Phase::Ready || previous.phase == Phase::Degraded;
    let status = WorkspaceStatus {
        observed_generation: workspace.metadata.generation,
        phase: phase(workspace, &verdict, was_ready),
        url: urls.first().cloned(),
        urls,
        ready: Some(format!(
            "{}/{}",
            components
                .iter()
                .filter(|component| component.ready)
                .count(),
            components.len()
        )),
        conditions: verdict.conditions(&previous.conditions, workspace.metadata.generation, now),
        components,
    };
    Report { status, verdict }
}

fn phase(workspace: &Workspace, verdict: &Verdict, was_ready: bool) -> Phase {
    if workspace.metadata.deletion_timestamp.is_some() {
        return Phase::Terminating;
    }
    match verdict.outcome {
        Outcome::Ready => Phase::Ready,
        Outcome::Stalled => Phase::Failed,
        _ if was_ready => Phase::Degraded,
        _ => Phase::Deploying,
    }
}

fn summary(
    workspace: &Workspace,
    observed: &Observed,
    graph: Option<&Graph>,
    name: &str,
) -> ComponentSummary {
    let of = |ready: bool, reason: &str, message: String| ComponentSummary {
        name: name.to_owned(),
        ready,
        reason: reason.to_owned(),
        message,
    };
    let Some(component) = observed.components.get(name) else {
        let key = names::of_component(workspace, name);
        if observed.taken.iter().any(|(_, taken)| *taken == key) {
            return of(
                false,
                reason::NAME_TAKEN,
                format!(
                    "a Component {key} exists that does not belong to this workspace; rename one of them"
                ),
            );
        }
        let waits: Vec<String> = graph
            .map(|graph| graph.blocked_by(name, |other| state(observed, other)))
            .unwrap_or_default()
            .iter()
            .map(|edge| format!("{} to be {}", edge.on, edge.condition))
            .collect();
        if waits.is_empty() {
            return of(false, reason::PROGRESSING, "is being made".to_owned());
        }
        return of(
            false,
            reason::WAITING_FOR_DEPENDENCY,
            format!("waits for {}", waits.join(" and ")),
        );
    };
    match current_ready(component) {
        Some(ready) if ready.status == "True" => of(true, &ready.reason, String::new()),
        Some(ready) => of(false, &ready.reason, ready.message.clone()),
        None => of(false, reason::PROGRESSING, "comes up".to_owned()),
    }
}

/// The Ready condition where it speaks of the current generation.
fn current_ready(component: &Component) -> Option<&Condition> {
    let status = component.status.as_ref()?;
    find(&status.conditions, READY)
        .filter(|_| status.observed_generation == component.metadata.generation)
}

fn verdict(
    workspace: &Workspace,
    observed: &Observed,
    results: &Results<Infallible, Infallible>,
    graph: Option<&Graph>,
    components: &[ComponentSummary],
    now: Timestamp,
) -> Verdict {
    if workspace.metadata.deletion_timestamp.is_some() {
        return teardown_verdict(workspace, observed, now);
    }
    if results.namespace_terminating {
        return Verdict::progressing(reason::TERMINATING, "the namespace is being deleted");
    }
    if let Err(error) = super::plan::components(workspace, observed) {
        return Verdict::stalled(error.reason, error.message);
    }
    if let Some(refusal) = results.refused.first() {
        return refused(refusal);
    }
    if let Some((host, owner)) = observed.hosts_taken.first_key_value() {
        return Verdict::stalled(
            reason::HOSTNAME_TAKEN,
            format!(
                "spec.networking.routes: the older workspace {owner} has the host {host}; set another host, or delete that workspace"
            ),
        );
    }
    if let Some(problem) = component_problem(observed, graph) {
        return problem;
    }
    if let Some((kind, key)) = observed.taken.first() {
        return Verdict::stalled(
            reason::NAME_TAKEN,
            format!(
                "a {kind} {key} exists that does not belong to this workspace and is not touched; rename one of them"
            ),
        );
    }
    if let Some(problem) = reach::problem(workspace, observed) {
        return problem;
    }
    let waiting: Vec<String> = components
        .iter()
        .filter(|component| !component.ready)
        .map(|c| format!("{} {}", c.name, c.message))
        .collect();
    if !waiting.is_empty() {
        return Verdict::progressing(reason::PROGRESSING, waiting.join("; "));
    }
    if let Some(pending) = reach::pending(workspace, observed) {
        return Verdict::progressing(reason::PROGRESSING, pending);
    }
    Verdict::ready(format!("all of {} components are ready", components.len()))
}

/// The first problem in the order of dependencies: what waits for it is not the cause.
fn component_problem(observed: &Observed, graph: Option<&Graph>) -> Option<Verdict> {
    graph?.names().find_map(|name| {
        let ready = current_ready(observed.components.get(name)?)?;
        let reason = reason::ALL.iter().find(|known| **known == ready.reason)?;
        if ready.status == "True"
            || matches!(
                *reason,
                reason::PROGRESSING | reason::TERMINATING | reason::READY
            )
        {
            return None;
        }
        let component = observed.components.get(name)?;
        let stalled = component
            .status
            .as_ref()
            .is_some_and(|status| holds(&status.conditions, STALLED));
        let message = format!("component {name}: {}", ready.message);
        Some(if stalled {
            Verdict::stalled(reason, message)
        } else {
            Verdict::failing(reason, message)
        })
    })
}

fn teardown_verdict(workspace: &Workspace, observed: &Observed, now: Timestamp) -> Verdict {
    let (what, metas): (&str, Vec<_>) = match teardown::step(workspace, observed) {
        Step::Records(_) => (
            "names",
            observed
                .records
                .iter()
                .map(|record| {
                    (
                        &record.metadata,
                        message_of(record.status.as_ref().map(|s| s.conditions.as_slice())),
                    )
                })
                .collect(),
        ),
        Step::Routes(_) => (
            "routes",
            observed
                .routes
                .iter()
                .map(|route| (&route.metadata, None))
                .chain(observed.tunnels.iter().map(|tunnel| {
                    (
                        &tunnel.metadata,
                        message_of(tunnel.status.as_ref().map(|s| s.conditions.as_slice())),
                    )
                }))
                .collect(),
        ),
        Step::Components(_) => (
            "components",
            observed
                .components
                .values()
                .map(|c| {
                    (
                        &c.metadata,
                        message_of(c.status.as_ref().map(|s| s.conditions.as_slice())),
                    )
                })
                .collect(),
        ),
        Step::Done => return Verdict::progressing(reason::TERMINATING, "nothing is left"),
    };
    let stuck = metas.iter().find(|(meta, _)| {
        meta.deletion_timestamp
            .as_ref()
            .is_some_and(|since| now.duration_since(since.0) > TEARDOWN_DEADLINE)
    });
    if let Some((meta, message)) = stuck {
        let why = message
            .clone()
            .unwrap_or_else(|| "see its status and finalizers".to_owned());
        return Verdict::failing(
            reason::TEARDOWN_STUCK,
            format!(
                "{} is being deleted for more than 5 minutes: {why}",
                Key::of(meta)
            ),
        );
    }
    Verdict::progressing(
        reason::TERMINATING,
        format!("{what} are going, {} of them left", metas.len()),
    )
}

fn message_of(conditions: Option<&[Condition]>) -> Option<String> {
    find(conditions.unwrap_or_default(), READY)
        .filter(|ready| ready.status != "True")
        .map(|ready| ready.message.clone())
}
