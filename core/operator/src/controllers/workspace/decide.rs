//! The decision about a workspace, made once for the plan and for the status.

use super::{
    decision::{Decision, held, is_served},
    error::SpecError,
    observe::{Observed, holds},
    parts::{self, Context, PARTS, PartPlan, Rank},
    spec::Spec,
    teardown,
};
use crate::engine::Finalizer;
use maquette_api::{Workspace, condition::Verdict, reason, workspace::ComponentSummary};
use std::collections::BTreeSet;

/// Decides.
pub(super) fn decide(
    workspace: &Workspace,
    spec: &Result<Spec, SpecError>,
    observed: &Observed,
) -> Decision {
    if workspace.metadata.deletion_timestamp.is_some() {
        return teardown::decide(workspace, spec.as_ref().ok(), observed);
    }
    match spec {
        Ok(spec) => keep(&Context::new(workspace, spec, observed)),
        Err(error) => invalid(workspace, observed, error),
    }
}

/// What exists stays as it is.
fn invalid(workspace: &Workspace, observed: &Observed, error: &SpecError) -> Decision {
    Decision {
        finalizer: Finalizer::held_by(&workspace.metadata),
        apply: Vec::new(),
        delete: Vec::new(),
        awaits_own_status: false,
        hosts: held(workspace).collect(),
        components: parts::unchanged(workspace, observed, error.reason),
        urls: Vec::new(),
        verdict: Verdict::stalled(error.reason, error.message.clone()),
        is_invalid: true,
        blocked_since: None,
    }
}

fn keep(context: &Context<'_>) -> Decision {
    let Context {
        workspace,
        spec,
        observed,
        ..
    } = context;
    let mut plans: Vec<_> = PARTS.iter().map(|part| part.plan(context)).collect();
    let wanted = spec.hosts();
    let mut hosts: BTreeSet<String> = wanted.iter().filter(|h| context.gets(h)).cloned().collect();
    let awaits_own_status = hosts.iter().any(|host| !holds(workspace, host));
    // A host that is given up is held until nothing serves it any more.
    hosts.extend(held(workspace).filter(|host| is_served(workspace, observed, host)));
    let problem = problem(context, &plans);
    let components: Vec<ComponentSummary> = plans
        .iter()
        .flat_map(|plan| plan.components.clone())
        .collect();
    let verdict = problem.unwrap_or_else(|| {
        let mut pending = plans.iter().filter_map(|plan| plan.pending.clone());
        let awaited = || awaits_own_status.then(|| "host names are being claimed".to_owned());
        match pending.next().or_else(awaited) {
            Some(pending) => Verdict::progressing(reason::PROGRESSING, pending),
            None => Verdict::ready(format!("{0}/{0} components ready", components.len())),
        }
    });
    let mut decision = Decision {
        finalizer: Finalizer::held_by(&workspace.metadata),
        apply: Vec::new(),
        delete: Vec::new(),
        awaits_own_status,
        hosts,
        components,
        urls: context.urls.clone(),
        verdict,
        is_invalid: false,
        blocked_since: None,
    };
    for plan in &mut plans {
        decision.apply.append(&mut plan.apply);
        decision.delete.append(&mut plan.delete);
    }
    decision
}

/// The first thing that is wrong: hosts that others hold, then components, then the ways in.
fn problem(context: &Context<'_>, plans: &[PartPlan]) -> Option<Verdict> {
    let Context { spec, observed, .. } = context;
    if let Some(host) = observed.hosts_taken.first() {
        return Some(Verdict::stalled(
            reason::HOSTNAME_TAKEN,
            format!(
                "spec.networking.routes: the host {host} is in use by another object; set another host, or wait until it is free"
            ),
        ));
    }
    let of = |is_component: bool| {
        let mut parts = PARTS.iter().zip(plans);
        parts.find_map(|(part, plan)| {
            let problem = plan.problem.clone();
            problem.filter(|_| (part.rank() == Rank::Components) == is_component)
        })
    };
    if let Some(problem) = of(true) {
        return Some(problem);
    }
    if let Some((kind, key)) = observed.taken.first() {
        return Some(Verdict::stalled(
            reason::NAME_TAKEN,
            format!(
                "a {kind} {key} exists that does not belong to this workspace and is not touched; rename one of them"
            ),
        ));
    }
    if spec.routes.is_empty() {
        return None;
    }
    if let Some(Err(problem)) = &observed.gateway {
        return Some(problem.verdict());
    }
    // What is served already goes on, whatever becomes of what admitted it.
    let refused = observed.refusal.clone();
    let refused = refused.filter(|_| spec.hosts().iter().any(|host| !context.may_serve(host)));
    refused.or_else(|| of(false))
}
