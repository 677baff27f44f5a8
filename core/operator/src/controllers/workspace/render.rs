//! Components of a workspace with their references replaced.

use super::{
    draft::{template, template_path},
    names,
    observe::Observed,
    places::{places, tunnel_provider},
    routes,
};
use crate::{
    cluster::{Key, Kind},
    controllers::component::{AWAITED_ANNOTATION, TEMPLATE_HASH_ANNOTATION, hash_of, networks},
    engine::{Desired, managed_labels, owner_reference},
};
use maquette_api::{
    COMPONENT_LABEL, FINALIZER, Network, WORKSPACE_LABEL, Workspace, component::STARTED,
    workspace::WorkspaceComponent,
};
use maquette_graph::{
    Condition, Graph,
    interpolation::{
        InterpolationError, NAMESPACES, Reference, Unresolved, nearest, references,
        render as render_value,
    },
};
use serde_json::Map;
use std::collections::BTreeMap;

/// The component as it is applied; or every reference in it that has no value.
pub(super) fn component(
    workspace: &Workspace,
    observed: &Observed,
    graph: &Graph,
    index: usize,
    component: &WorkspaceComponent,
) -> Result<Desired, Vec<InterpolationError>> {
    let scope = Scope {
        workspace,
        observed,
        component,
    };
    let rendered = render_value(&template(component), &mut |reference| {
        scope.resolve(reference)
    })
    .map_err(|errors| {
        let place = template_path(index);
        errors
            .into_iter()
            .map(|error| InterpolationError {
                path: error.path.below(&place),
                ..error
            })
            .collect::<Vec<_>>()
    })?;
    let mut spec = serde_json::to_value(&component.spec).unwrap_or_default();
    if let Some(map) = spec.as_object_mut() {
        map.insert("template".to_owned(), rendered);
    }
    let key = Key::of(&workspace.metadata);
    let own = names::of_component(workspace, &component.name);
    let mut labels = managed_labels(&own.name);
    labels.insert(WORKSPACE_LABEL.to_owned(), key.name);
    labels.insert(COMPONENT_LABEL.to_owned(), component.name.clone());
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

/// Hash of the template as far as the workspace's spec determines it, where that is not all of it: the Gateway or the Provider
/// determines the scheme and port of `workspace::url`, and a Job must not run again when they change.
fn hash_of_spec(scope: &Scope<'_>, component: &WorkspaceComponent) -> Option<String> {
    let is_url =
        |reference: &Reference| reference.namespace() == "workspace" && reference.path() == ["url"];
    let template = template(component);
    let mut references = references(&template).into_iter();
    if !references.any(|(_, reference)| is_url(&reference)) {
        return None;
    }
    let rendered = render_value(&template, &mut |reference| {
        if is_url(reference) {
            scope.workspace_field("host")
        } else {
            scope.resolve(reference)
        }
    });
    rendered.ok().map(|rendered| hash_of(&rendered))
}

/// What references within one component can refer to.
struct Scope<'a> {
    workspace: &'a Workspace,
    observed: &'a Observed,
    component: &'a WorkspaceComponent,
}

const WORKSPACE_FIELDS: [&str; 4] = ["name", "namespace", "host", "url"];

impl Scope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<String, Unresolved> {
        let path: Vec<&str> = reference.path().iter().map(String::as_str).collect();
        match (reference.namespace(), path.as_slice()) {
            ("workspace", [field]) => self.workspace_field(field),
            ("component", ["name"]) => Ok(self.component.name.clone()),
            ("component", rest) => self.of_component(self.component, "component::", rest),
            ("components", [name, rest @ ..]) => {
                let components = &self.workspace.spec.components;
                if let Some(component) = components.iter().find(|component| component.name == *name)
                {
                    self.of_component(component, &format!("components::{name}."), rest)
                } else {
                    let known = components.iter().map(|component| component.name.as_str());
                    Err(unknown(
                        nearest(name, known)
                            .into_iter()
                            .map(|near| format!("components::{near}")),
                    ))
                }
            }
            ("workspace", _) => Err(unknown(
                WORKSPACE_FIELDS
                    .iter()
                    .map(|field| format!("workspace::{field}")),
            )),
            (namespace, _) => Err(unknown(
                nearest(namespace, NAMESPACES.into_iter())
                    .into_iter()
                    .map(|near| format!("{near}::")),
            )),
        }
    }

    fn workspace_field(&self, field: &str) -> Result<String, Unresolved> {
        let key = Key::of(&self.workspace.metadata);
        let networking = self.workspace.spec.networking.as_ref();
        let first_host = || Some(places(self.workspace).ok()?.first()?.host.clone());
        match field {
            "name" => Ok(key.name),
            "namespace" => Ok(key.namespace),
            "host" => first_host().ok_or_else(|| unknown(["workspace::name".to_owned()])),
            "url" if networking.is_none_or(|n| n.routes.is_empty()) => {
                Err(unknown(["workspace::name".to_owned()]))
            }
            "url" => routes::urls(self.workspace, self.observed)
                .into_iter()
                .next()
                .ok_or_else(|| Unresolved::NotYet {
                    waiting_for: match tunnel_provider(self.workspace) {
                        Some(provider) => format!("the Provider {provider} has to exist"),
                        None => "the Gateway has to be ready".to_owned(),
                    },
                }),
            other => Err(unknown(
                nearest(other, WORKSPACE_FIELDS.into_iter())
                    .into_iter()
                    .map(|near| format!("workspace::{near}")),
            )),
        }
    }

    fn of_component(
        &self,
        component: &WorkspaceComponent,
        prefix: &str,
        path: &[&str],
    ) -> Result<String, Unresolved> {
        let key = names::of_component(self.workspace, &component.name);
        let host = format!("{}.{}.svc", key.name, key.namespace);
        let networks = networks(&component.spec);
        let find = |name: &str| {
            networks
                .iter()
                .find(|network| network.name == name)
                .ok_or_else(|| {
                    let known = networks.iter().map(|network| network.name.as_str());
                    unknown(
                        nearest(name, known)
                            .into_iter()
                            .map(|near| format!("{prefix}networks.{near}")),
                    )
                })
        };
        let address = |network: &Network| format!("{host}:{}", network.port);
        match path {
            ["host"] => Ok(host),
            ["networks", name] => Ok(address(find(name)?)),
            ["networks", name, "host"] => find(name).map(|_| host.clone()),
            ["networks", name, "port"] => Ok(find(name)?.port.to_string()),
            ["networks", name, "url"] => Ok(format!("http://{}", address(find(name)?))),
            _ => {
                let mut known = vec![format!("{prefix}host")];
                known.extend(
                    networks
                        .iter()
                        .map(|network| format!("{prefix}networks.{}", network.name)),
                );
                Err(unknown(known.into_iter().take(3)))
            }
        }
    }
}

fn unknown(nearest: impl IntoIterator<Item = String>) -> Unresolved {
    Unresolved::Unknown {
        nearest: nearest.into_iter().collect(),
    }
}

/// Everything in the spec that can never be rendered, as the user has to know it.
pub(super) fn first_unknown(errors: &[InterpolationError]) -> Option<&InterpolationError> {
    errors.iter().find(|error| !error.is_not_yet())
}
