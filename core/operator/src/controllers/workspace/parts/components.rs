//! Components: each as soon as its own dependencies hold.

use super::{Context, Existing, Part, PartPlan, Rank, problem_of};
use crate::{
    cluster::{Key, Kind},
    controllers::workspace::{names, observe::Observed, render, spec::Spec},
    engine::{Deletion, Desired},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    Component, ComponentSpec, Workload, Workspace,
    component::{COMPLETED, STARTED},
    condition::{READY, find, holds},
    reason,
    workspace::ComponentSummary,
};
use maquette_graph::{Condition as Awaited, Edge, State};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Components;

impl Part for Components {
    fn names(&self, workspace: &Workspace, _: &Spec) -> Vec<(Kind, Key)> {
        let components = workspace.spec.components.iter();
        components
            .map(|component| names::of_component(workspace, &component.name))
            .map(|key| (Kind::Component, key))
            .collect()
    }

    fn existing<'a>(&self, observed: &'a Observed) -> Vec<Existing<'a>> {
        observed.components.values().map(|c| existing(c)).collect()
    }

    fn plan(&self, context: &Context<'_>) -> PartPlan {
        let (workspace, observed) = (context.workspace, context.observed);
        let mut steps = steps(context);
        let in_spec = |name: &str| workspace.spec.components.iter().any(|c| c.name == name);
        let gone = observed
            .components
            .iter()
            .filter(|(name, _)| !in_spec(name));
        // What waits for a problem is not its cause: the first in the order of dependencies is told.
        let problem = context.spec.graph.names().find_map(|name| {
            let component = observed.components.get(name)?;
            let status = component.status.as_ref()?;
            let what = format!("component {name}");
            let generation = status.observed_generation;
            problem_of(&component.metadata, generation, &status.conditions, &what)
        });
        let components = workspace.spec.components.iter().map(|component| {
            let step = steps.get(component.name.as_str());
            summary(context, &component.name, step)
        });
        let components: Vec<ComponentSummary> = components.collect();
        let waiting = components.iter().filter(|component| !component.ready);
        let waiting: Vec<String> = waiting
            .map(|component| format!("{} {}", component.name, component.message))
            .collect();
        let wanted = workspace.spec.components.iter();
        let apply = wanted.filter_map(|component| match steps.remove(component.name.as_str()) {
            Some(Step::Apply(desired)) => Some(desired),
            _ => None,
        });
        PartPlan {
            apply: apply.collect(),
            delete: gone
                .filter_map(|(_, component)| Deletion::of(Kind::Component, &component.metadata))
                .collect(),
            problem,
            pending: (!waiting.is_empty()).then(|| waiting.join("; ")),
            components,
        }
    }

    fn serves(&self, _: &Workspace, _: &Observed, _: &str) -> bool {
        false
    }

    fn rank(&self) -> Rank {
        Rank::Components
    }

    /// Components on which nothing depends that still exists. A spec that makes no sense has no order.
    fn deletable<'a>(&self, spec: Option<&Spec>, observed: &'a Observed) -> Vec<Existing<'a>> {
        let exists = |name: &str| observed.components.contains_key(name);
        let deletable = spec.map(|spec| (&spec.graph, spec.graph.deletable(exists)));
        let all = observed.components.iter();
        let due = all.filter(|(name, _)| {
            deletable.as_ref().is_none_or(|(graph, deletable)| {
                deletable.contains(&name.as_str()) || !graph.contains(name)
            })
        });
        due.map(|(_, component)| existing(component)).collect()
    }
}

fn existing(component: &Component) -> Existing<'_> {
    Existing {
        kind: Kind::Component,
        meta: &component.metadata,
        conditions: component
            .status
            .as_ref()
            .map(|status| status.conditions.as_slice())
            .unwrap_or_default(),
    }
}

/// What happens to a component now.
enum Step {
    /// It is created, or brought to what the spec says.
    Apply(Desired),
    /// It exists, and its update waits for these Jobs, which run again.
    UpdateWaits(Vec<String>),
    /// It is created once these hold.
    Waits(Vec<String>),
    /// Another owner has its name.
    Taken,
    /// It is being deleted, and is created again afterwards.
    Deleted,
}

/// What happens to each component, by name. Components are rendered here, and nowhere else.
fn steps<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Step> {
    let (workspace, observed) = (context.workspace, context.observed);
    let graph = &context.spec.graph;
    let mut steps = BTreeMap::new();
    // Components whose update waits for a Job, and the Jobs that run again.
    let mut held: BTreeSet<&str> = BTreeSet::new();
    let mut again: BTreeSet<&str> = BTreeSet::new();
    for name in graph.names() {
        let mut components = workspace.spec.components.iter();
        let Some(component) = components.find(|component| component.name == name) else {
            continue;
        };
        let live = observed.components.get(name);
        let rendered = render::component(context, component);
        let changes = |desired: &Desired| live.is_some_and(|live| differs(desired, live));
        let waits_for: Vec<String> = graph
            .dependencies(name)
            .iter()
            .filter(|edge| {
                let runs = again.contains(edge.on.as_str()) && edge.condition != Awaited::Started;
                runs || held.contains(edge.on.as_str())
            })
            .map(waited)
            .collect();
        if !waits_for.is_empty() {
            held.insert(name);
        }
        let runs_again = component.spec.workload == Workload::Job
            && live.is_some()
            && (!state(observed, name).completed || rendered.as_ref().is_ok_and(changes));
        if runs_again {
            again.insert(name);
        }
        let key = names::of_component(workspace, name);
        let edges = graph.blocked_by(name, |other| state(observed, other));
        let mut blocked: Vec<String> = edges.into_iter().map(waited).collect();
        blocked.extend(absent(context, name));
        let step = match rendered {
            _ if !context.is_free(Kind::Component, &key) => Step::Taken,
            _ if live.is_some_and(|live| live.metadata.deletion_timestamp.is_some()) => {
                Step::Deleted
            }
            Ok(desired) if live.is_some() && !waits_for.is_empty() && changes(&desired) => {
                Step::UpdateWaits(waits_for)
            }
            Ok(desired) if live.is_some() || blocked.is_empty() => Step::Apply(desired),
            Err(wait) if live.is_some_and(|live| render::is_changed(context, component, live)) => {
                Step::UpdateWaits(vec![wait])
            }
            Err(wait) if blocked.is_empty() => Step::Waits(vec![wait]),
            _ => Step::Waits(blocked),
        };
        steps.insert(component.name.as_str(), step);
    }
    steps
}

/// Objects outside of the workspace that the component waits for, as users read it.
fn absent(context: &Context<'_>, name: &str) -> Vec<String> {
    let awaited = context.spec.outside.get(name).into_iter().flatten();
    let waits = awaited.filter_map(|awaited| {
        let found = context.observed.outside.get(&awaited.name);
        let condition = awaited.condition.as_str();
        let (kind, name) = (awaited.name.0.as_str(), &awaited.name.1);
        match found {
            Some(found) if found.holds.contains(condition) => None,
            Some(found) if found.exists => Some(format!("{kind} {name} to be {condition}")),
            _ => Some(format!("{kind} {name}, which does not exist")),
        }
    });
    waits.collect()
}

fn waited(edge: &Edge) -> String {
    format!("{} to be {}", edge.on, edge.condition)
}

/// Whether applying changes what the component is. Labels and annotations start nothing.
fn differs(desired: &Desired, live: &Component) -> bool {
    let spec = desired.object().get("spec").cloned().unwrap_or_default();
    serde_json::from_value::<ComponentSpec>(spec).map_or(true, |spec| spec != live.spec)
}

/// How a component is, for those that depend on it. What is said of an older generation does not count.
fn state(observed: &Observed, name: &str) -> State {
    let Some(component) = observed.components.get(name) else {
        return State::default();
    };
    let status = component
        .status
        .as_ref()
        .filter(|status| status.observed_generation == component.metadata.generation);
    let conditions = status
        .map(|status| status.conditions.as_slice())
        .unwrap_or_default();
    State {
        exists: true,
        started: holds(conditions, STARTED),
        ready: holds(conditions, READY),
        completed: holds(conditions, COMPLETED),
    }
}

fn summary(context: &Context<'_>, name: &str, step: Option<&Step>) -> ComponentSummary {
    let of = |ready: bool, reason: &str, message: String| ComponentSummary {
        name: name.to_owned(),
        ready,
        reason: reason.to_owned(),
        message,
    };
    if let Some(Step::Taken) = step {
        let key = names::of_component(context.workspace, name);
        return of(
            false,
            reason::NAME_TAKEN,
            format!(
                "a Component {key} exists that does not belong to this workspace; rename one of them"
            ),
        );
    }
    if let Some(Step::UpdateWaits(waits)) = step {
        let message = format!("waits for {} before it is updated", waits.join(" and "));
        return of(false, reason::WAITING_FOR_DEPENDENCY, message);
    }
    let Some(component) = context.observed.components.get(name) else {
        return match step {
            Some(Step::Waits(waits)) => of(
                false,
                reason::WAITING_FOR_DEPENDENCY,
                format!("waits for {}", waits.join(" and ")),
            ),
            _ => of(false, reason::PROGRESSING, "is being created".to_owned()),
        };
    };
    match current_ready(component) {
        Some(ready) if ready.status == "True" => {
            // A component without pods is ready, and says so.
            let sleeps = component.spec.replicas == Some(0);
            let message = sleeps.then(|| ready.message.clone());
            of(true, &ready.reason, message.unwrap_or_default())
        }
        Some(ready) => of(false, &ready.reason, ready.message.clone()),
        None => of(false, reason::PROGRESSING, "is starting".to_owned()),
    }
}

/// The Ready condition where it speaks of the current generation.
fn current_ready(component: &Component) -> Option<&Condition> {
    let status = component.status.as_ref()?;
    find(&status.conditions, READY)
        .filter(|_| status.observed_generation == component.metadata.generation)
}

/// Components of a spec that makes no sense: those that exist keep running, and the others are not created.
pub(in crate::controllers::workspace) fn unchanged(
    workspace: &Workspace,
    observed: &Observed,
    reason: &str,
) -> Vec<ComponentSummary> {
    let components = workspace.spec.components.iter();
    let summary = |name: &String| {
        let component = observed.components.get(name);
        let ready = component.map(|component| current_ready(component));
        let (is_ready, reason, message) = match ready {
            None => (
                false,
                reason.to_owned(),
                "is not created until the spec is corrected".to_owned(),
            ),
            Some(Some(ready)) if ready.status == "True" => {
                (true, ready.reason.clone(), String::new())
            }
            Some(Some(ready)) => (false, ready.reason.clone(), ready.message.clone()),
            Some(None) => (
                false,
                reason::PROGRESSING.to_owned(),
                "is starting".to_owned(),
            ),
        };
        ComponentSummary {
            name: name.clone(),
            ready: is_ready,
            reason,
            message,
        }
    };
    components
        .map(|component| summary(&component.name))
        .collect()
}
