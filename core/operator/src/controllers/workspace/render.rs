//! Components of a workspace with their references replaced.

use super::{
    names,
    parts::Context,
    references::{Found, Scope},
    spec::template,
};
use crate::{
    cluster::{Key, Kind},
    controllers::component::{AWAITED_ANNOTATION, TEMPLATE_HASH_ANNOTATION, hash_of},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{
    COMPONENT_LABEL, Component, ComponentSpec, FINALIZER, WORKSPACE_LABEL, component::STARTED,
    workspace::WorkspaceComponent,
};
use maquette_graph::{
    Condition,
    interpolation::{Reason, Unresolved, render as render_value},
};
use serde_json::{Map, json};
use std::collections::BTreeMap;

/// The component as it is applied; or what its references wait for.
pub(super) fn component(
    context: &Context<'_>,
    component: &WorkspaceComponent,
) -> Result<Desired, String> {
    let workspace = context.workspace;
    let scope = scope(context, component);
    let rendered = render_value(&template(component), &mut |reference| match scope
        .find(reference)?
    {
        Found::Text(text) => Ok(text),
        Found::Url => context.urls.first().cloned().ok_or_else(|| {
            let waiting_for = "the address of the workspace".to_owned();
            Unresolved::NotYet { waiting_for }
        }),
        Found::Output(name, output) => context.output(&name, &output),
    });
    let rendered = rendered.map_err(|errors| {
        let waits = errors.iter().map(|error| match &error.reason {
            Reason::Unresolved(Unresolved::NotYet { waiting_for }) => waiting_for.clone(),
            _ => error.to_string(),
        });
        waits.take(1).collect::<String>()
    })?;
    let mut spec = serde_json::to_value(&component.spec).unwrap_or_default();
    if let Some(map) = spec.as_object_mut() {
        map.insert("template".to_owned(), rendered);
        map.insert("workload".to_owned(), json!(component.spec.workload));
    }
    let key = Key::of(&workspace.metadata);
    let own = names::of_component(workspace, &component.name);
    let mut labels = managed_labels(&own.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name);
    labels.insert(COMPONENT_LABEL.to_owned(), component.name.clone());
    let graph = &context.spec.graph;
    let awaited = graph.dependents(&component.name).iter().any(|dependent| {
        graph
            .dependencies(dependent)
            .iter()
            .any(|edge| edge.on == component.name && edge.condition == Condition::Started)
    });
    let awaited = awaited.then(|| (AWAITED_ANNOTATION.to_owned(), STARTED.to_owned()));
    let hash = hash_of_spec(&scope, component);
    let hash = hash.map(|hash| (TEMPLATE_HASH_ANNOTATION.to_owned(), hash));
    let annotations: BTreeMap<String, String> = awaited.into_iter().chain(hash).collect();
    let body = Map::from_iter([("spec".to_owned(), spec)]);
    let owner = owner_reference(Kind::Workspace, workspace);
    Ok(
        Desired::new(Kind::Component, own, &owner, &labels, &annotations, body)
            .with_finalizer(FINALIZER),
    )
}

/// Whether the user changed the component since it was applied, where its references have no values now.
pub(super) fn is_changed(
    context: &Context<'_>,
    component: &WorkspaceComponent,
    live: &Component,
) -> bool {
    let hash = hash_of_spec(&scope(context, component), component);
    let annotations = live.metadata.annotations.as_ref();
    let held = annotations.and_then(|annotations| annotations.get(TEMPLATE_HASH_ANNOTATION));
    let spec = ComponentSpec {
        template: live.spec.template.clone(),
        ..component.spec.clone()
    };
    hash.as_ref() != held || spec != live.spec
}

fn scope<'a>(context: &Context<'a>, component: &'a WorkspaceComponent) -> Scope<'a> {
    Scope {
        workspace: context.workspace,
        component,
        first_host: context.spec.routes.first().map(|route| route.host.as_str()),
    }
}

/// Hash of the template as far as the workspace's spec determines it, where that is not all of it: the Gateway or the Provider
/// determines the scheme and port of `workspace::url`, and other objects determine outputs. A Job must not run again when they
/// change.
fn hash_of_spec(scope: &Scope<'_>, component: &WorkspaceComponent) -> Option<String> {
    let mut has_more = false;
    let rendered = render_value(&template(component), &mut |reference| {
        Ok(match scope.find(reference)? {
            Found::Text(text) => text,
            Found::Url => {
                has_more = true;
                scope.first_host.unwrap_or_default().to_owned()
            }
            Found::Output(..) => {
                has_more = true;
                reference.to_string()
            }
        })
    });
    let rendered = rendered.ok().filter(|_| has_more);
    rendered.map(|rendered| hash_of(&rendered))
}
