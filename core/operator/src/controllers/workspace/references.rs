//! The values that references within a component can name.

use super::names;
use crate::{
    cluster::Key,
    controllers::{component::networks, depends},
};
use maquette_api::{DependencyKind, Network, Workspace, workspace::WorkspaceComponent};
use maquette_graph::interpolation::{NAMESPACES, Reference, Unresolved, nearest};

/// What references within one component can refer to.
pub(super) struct Scope<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) component: &'a WorkspaceComponent,
    /// Host of the first route.
    pub(super) first_host: Option<&'a str>,
}

/// The value of a reference.
pub(super) enum Found {
    /// This text.
    Text(String),
    /// The address of the first route, once it is known.
    Url,
    /// An output of an object, once it is known.
    Output(depends::Name, String),
}

const WORKSPACE_FIELDS: [&str; 4] = ["name", "namespace", "host", "url"];

impl Scope<'_> {
    /// The value of the reference; or the nearest names, where there is none of this name.
    pub(super) fn find(&self, reference: &Reference) -> Result<Found, Unresolved> {
        let path: Vec<&str> = reference.path().iter().map(String::as_str).collect();
        match (reference.namespace(), path.as_slice()) {
            ("workspace", [field]) => self.workspace_field(field),
            ("component", ["name"]) => Ok(Found::Text(self.component.name.clone())),
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
            ("outputs", [kind, name @ .., output]) if !name.is_empty() => {
                let Some(known) = DependencyKind::from_name(kind) else {
                    let kinds = DependencyKind::ALL.map(DependencyKind::as_str);
                    let near = nearest(kind, kinds.into_iter()).into_iter();
                    return Err(unknown(near.map(|near| format!("outputs::{near}."))));
                };
                Ok(Found::Output((known, name.join(".")), (*output).to_owned()))
            }
            ("outputs", _) => Err(unknown(["outputs::Workspace.<name>.url".to_owned()])),
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

    fn workspace_field(&self, field: &str) -> Result<Found, Unresolved> {
        let key = Key::of(&self.workspace.metadata);
        match (field, self.first_host) {
            ("name", _) => Ok(Found::Text(key.name)),
            ("namespace", _) => Ok(Found::Text(key.namespace)),
            ("host", Some(host)) => Ok(Found::Text(host.to_owned())),
            ("url", Some(_)) => Ok(Found::Url),
            ("host" | "url", None) => Err(unknown(["workspace::name".to_owned()])),
            (other, _) => Err(unknown(
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
    ) -> Result<Found, Unresolved> {
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
        let text = match path {
            ["host"] => host,
            ["networks", name] => address(find(name)?),
            ["networks", name, "host"] => find(name).map(|_| host.clone())?,
            ["networks", name, "port"] => find(name)?.port.to_string(),
            ["networks", name, "url"] => format!("http://{}", address(find(name)?)),
            _ => {
                let mut known = vec![format!("{prefix}host")];
                known.extend(
                    networks
                        .iter()
                        .map(|network| format!("{prefix}networks.{}", network.name)),
                );
                return Err(unknown(known.into_iter().take(3)));
            }
        };
        Ok(Found::Text(text))
    }
}

fn unknown(nearest: impl IntoIterator<Item = String>) -> Unresolved {
    Unresolved::Unknown {
        nearest: nearest.into_iter().collect(),
    }
}
