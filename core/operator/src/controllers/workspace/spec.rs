//! A spec whose dependencies, routes and references make sense.

use super::{
    error::SpecError,
    host_routes::{HostRoute, host_routes},
    names,
    references::Scope,
};
use crate::controllers::depends;
use maquette_api::{
    DependencyCondition, DependencyKind, Workload, Workspace, reason, workspace::WorkspaceComponent,
};
use maquette_graph::{
    Condition, Edge, Fault, Graph, GraphError, Node,
    interpolation::{InterpolationError, JsonPath, Reason, malformed, references},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A spec that makes sense.
#[derive(Debug)]
pub(super) struct Spec {
    /// The components, with an edge for each `dependsOn` and each reference.
    pub(super) graph: Graph,
    /// The routes with their hosts, paths and ports.
    pub(super) routes: Vec<HostRoute>,
    /// Objects outside of the workspace that its components wait for, by the component.
    pub(super) outside: BTreeMap<String, Vec<Awaited>>,
}

/// An object outside of the workspace, and what must hold of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    pub(super) name: depends::Name,
    pub(super) condition: DependencyCondition,
}

impl Spec {
    /// The spec of the workspace, or the first thing that is wrong with it.
    pub(super) fn of(workspace: &Workspace) -> Result<Self, SpecError> {
        let components = &workspace.spec.components;
        let templates: Vec<Value> = components.iter().map(template).collect();
        for (index, template) in templates.iter().enumerate() {
            if let Some(error) = malformed(template).first() {
                let path = error.path.below(&template_path(index));
                return Err(SpecError {
                    reason: reason::UNKNOWN_REFERENCE,
                    message: format!("{path}: `{}` {}", error.reference, error.reason),
                });
            }
        }
        let nodes = components.iter().zip(&templates);
        let nodes = nodes.map(|(component, template)| node(component, template, components));
        let graph = Graph::new(nodes.collect()).map_err(|error| spec_error(&error, components))?;
        let routes = host_routes(workspace)?;
        let first_host = routes.first().map(|route| route.host.as_str());
        for (index, (component, template)) in components.iter().zip(&templates).enumerate() {
            let scope = Scope {
                workspace,
                component,
                first_host,
            };
            check_references(&scope, template, index)?;
        }
        let mut outside = BTreeMap::new();
        for (index, (component, template)) in components.iter().zip(&templates).enumerate() {
            let awaited = outside_of(component, template);
            check_outside(workspace, index, &awaited)?;
            outside.insert(component.name.clone(), awaited);
        }
        Ok(Self {
            graph,
            routes,
            outside,
        })
    }

    /// The hosts of all routes, each once.
    pub(super) fn hosts(&self) -> std::collections::BTreeSet<String> {
        self.routes.iter().map(|route| route.host.clone()).collect()
    }
}

/// The template as a value in which references are looked for.
pub(super) fn template(component: &WorkspaceComponent) -> Value {
    Value::Object(component.spec.template.0.clone())
}

/// Path of a component's template.
fn template_path(index: usize) -> JsonPath {
    JsonPath::root()
        .key("spec")
        .key("components")
        .index(index)
        .key("template")
}

fn check_references(scope: &Scope<'_>, template: &Value, index: usize) -> Result<(), SpecError> {
    for (path, reference) in references(template) {
        if let Err(error) = scope.find(&reference) {
            let error = InterpolationError {
                path: path.below(&template_path(index)),
                reference: reference.to_string(),
                reason: Reason::Unresolved(error),
            };
            return Err(SpecError {
                reason: reason::UNKNOWN_REFERENCE,
                message: error.to_string(),
            });
        }
    }
    Ok(())
}

fn node(component: &WorkspaceComponent, template: &Value, all: &[WorkspaceComponent]) -> Node {
    let dependencies = component.depends_on.iter();
    let edge = |dependency: &maquette_api::Dependency| {
        let on = dependency.component.clone()?;
        let condition = dependency.condition;
        let condition = condition.map_or_else(|| default_condition(&on, all), self::condition);
        Some(Edge { on, condition })
    };
    let mut depends_on: Vec<Edge> = dependencies.filter_map(edge).collect();
    for (_, reference) in references(template) {
        let Some(on) = reference
            .path()
            .first()
            .filter(|_| reference.namespace() == "components")
        else {
            continue;
        };
        // A name that does not exist is reported with its path when references are checked.
        let known = all.iter().any(|other| other.name == *on) && *on != component.name;
        if known && !depends_on.iter().any(|edge| edge.on == *on) {
            depends_on.push(Edge {
                on: on.clone(),
                condition: default_condition(on, all),
            });
        }
    }
    Node {
        name: component.name.clone(),
        depends_on,
    }
}

/// Objects outside of the workspace that the component depends on, or refers to.
fn outside_of(component: &WorkspaceComponent, template: &Value) -> Vec<Awaited> {
    let declared = component.depends_on.iter().filter_map(|dependency| {
        Some(Awaited {
            name: (dependency.kind?, dependency.name.clone()?),
            condition: dependency.condition.unwrap_or(DependencyCondition::Ready),
        })
    });
    let mut awaited: Vec<Awaited> = declared.collect();
    for (_, reference) in references(template) {
        let [kind, name @ .., _] = reference.path() else {
            continue;
        };
        let kind = DependencyKind::from_name(kind).filter(|_| reference.namespace() == "outputs");
        let Some(kind) = kind.filter(|_| !name.is_empty()) else {
            continue;
        };
        let name = (kind, name.join("."));
        if !awaited.iter().any(|awaited| awaited.name == name) {
            let condition = DependencyCondition::Ready;
            awaited.push(Awaited { name, condition });
        }
    }
    awaited
}

/// The workspace and its own components are not outside: a component that waited for them would wait for itself.
fn check_outside(
    workspace: &Workspace,
    index: usize,
    awaited: &[Awaited],
) -> Result<(), SpecError> {
    let own = workspace.metadata.name.as_deref().unwrap_or_default();
    let components = workspace.spec.components.iter();
    let components: Vec<String> = components
        .map(|component| names::of_component(workspace, &component.name).name)
        .collect();
    let is_own = |awaited: &&Awaited| match &awaited.name {
        (DependencyKind::Workspace, name) => name == own,
        (DependencyKind::Component, name) => components.contains(name),
        _ => false,
    };
    let Some(found) = awaited.iter().find(is_own) else {
        return Ok(());
    };
    Err(SpecError {
        reason: reason::DEPENDENCY_CYCLE,
        message: format!(
            "spec.components[{index}]: {} {} belongs to this workspace; use `dependsOn: [{{component: NAME}}]`, \
             `${{components::NAME.host}}` or `${{workspace::url}}`",
            found.name.0.as_str(),
            found.name.1
        ),
    })
}

fn condition(condition: DependencyCondition) -> Condition {
    match condition {
        DependencyCondition::Started => Condition::Started,
        DependencyCondition::Ready => Condition::Ready,
        DependencyCondition::Completed => Condition::Completed,
    }
}

fn default_condition(name: &str, all: &[WorkspaceComponent]) -> Condition {
    match all
        .iter()
        .find(|component| component.name == name)
        .map(|component| component.spec.workload)
    {
        Some(Workload::Job) => Condition::Completed,
        _ => Condition::Ready,
    }
}

fn spec_error(error: &GraphError, components: &[WorkspaceComponent]) -> SpecError {
    let reason = match error.faults().first() {
        Some(Fault::Cycle { .. }) => reason::DEPENDENCY_CYCLE,
        Some(Fault::Unknown { .. }) => reason::UNKNOWN_DEPENDENCY,
        _ => reason::INVALID_SPEC,
    };
    let path = match error.faults().first() {
        Some(Fault::Unknown { from, name, .. }) => components
            .iter()
            .enumerate()
            .find(|(_, component)| component.name == *from)
            .and_then(|(index, component)| {
                let position = component
                    .depends_on
                    .iter()
                    .position(|dependency| dependency.component.as_ref() == Some(name))?;
                Some(format!("spec.components[{index}].dependsOn[{position}]: "))
            })
            .unwrap_or_default(),
        _ => "spec.components: ".to_owned(),
    };
    let way_out = match error.faults().first() {
        Some(Fault::Cycle { .. }) => {
            ". A reference to another component is a dependency as well: where a component only needs the address of \
             another, write the address out, for example NAME.NAMESPACE.svc:PORT, instead of a reference"
        }
        _ => "",
    };
    SpecError {
        reason,
        message: format!("{path}{error}{way_out}"),
    }
}
