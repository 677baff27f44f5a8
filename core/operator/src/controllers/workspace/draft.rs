//! A workspace whose dependencies and references make sense.

use maquette_api::{
    Workload, Workspace, reason,
    workspace::{DependencyCondition, WorkspaceComponent},
};
use maquette_graph::{
    Condition, Edge, Fault, Graph, GraphError, Node,
    interpolation::{JsonPath, malformed, references},
};
use serde_json::Value;

/// What is wrong with a workspace's spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SpecError {
    /// One of [`maquette_api::reason`].
    pub(super) reason: &'static str,
    /// Field path, what is wrong, what to do.
    pub(super) message: String,
}

/// The graph of a workspace's components, with an edge for each `dependsOn` and each reference.
pub(super) fn graph(workspace: &Workspace) -> Result<Graph, SpecError> {
    let components = &workspace.spec.components;
    for (index, component) in components.iter().enumerate() {
        if let Some(error) = malformed(&template(component)).first() {
            let place = template_path(index);
            let path = error.path.below(&place);
            return Err(SpecError {
                reason: reason::UNKNOWN_REFERENCE,
                message: format!("{path}: `{}` {}", error.reference, error.reason),
            });
        }
    }
    let nodes = components
        .iter()
        .map(|component| node(component, components))
        .collect();
    Graph::new(nodes).map_err(|error| spec_error(&error, components))
}

/// The template as a value in which references are looked for.
pub(super) fn template(component: &WorkspaceComponent) -> Value {
    Value::Object(component.spec.template.0.clone())
}

/// Path of a component's template.
pub(super) fn template_path(index: usize) -> JsonPath {
    JsonPath::root()
        .key("spec")
        .key("components")
        .index(index)
        .key("template")
}

fn node(component: &WorkspaceComponent, all: &[WorkspaceComponent]) -> Node {
    let mut depends_on: Vec<Edge> = component
        .depends_on
        .iter()
        .map(|dependency| Edge {
            on: dependency.component.clone(),
            condition: dependency
                .condition
                .map_or_else(|| default_condition(&dependency.component, all), condition),
        })
        .collect();
    for (_, reference) in references(&template(component)) {
        let Some(on) = reference
            .path()
            .first()
            .filter(|_| reference.namespace() == "components")
        else {
            continue;
        };
        // A name that does not exist is reported with its path when it is rendered.
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
                    .position(|dependency| dependency.component == *name)?;
                Some(format!("spec.components[{index}].dependsOn[{position}]: "))
            })
            .unwrap_or_default(),
        _ => "spec.components: ".to_owned(),
    };
    SpecError {
        reason,
        message: format!("{path}{error}"),
    }
}
