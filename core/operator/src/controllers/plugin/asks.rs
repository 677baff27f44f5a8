//! What a version asks for, and what of it another did not. Pure.

use maquette_api::PluginStatus;
use maquette_host::{
    Installed, Origin,
    manifest::{Credential, Host},
};
use std::collections::{BTreeMap, BTreeSet};

/// Imports that reach nothing but the host itself.
const HARMLESS: [&str; 2] = ["maquette:plugin/log", "maquette:plugin/types"];
/// Every other import of plugins is of this package, or is this.
const PACKAGE: &str = "maquette:plugin/";
const HTTP: &str = "wasi:http/outgoing-handler";

/// What a version asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    /// Not known of a version that is not loaded.
    name: Option<String>,
    hosts: BTreeSet<String>,
    /// With where the host puts them, where that is known.
    credentials: BTreeMap<String, Option<String>>,
    interfaces: BTreeSet<String>,
    /// Not known of a version that is not loaded.
    imports: Option<BTreeSet<String>>,
}

impl Asks {
    pub(super) fn of(installed: &Installed) -> Self {
        let manifest = &installed.manifest;
        let reaches = |import: &&str| {
            *import == HTTP || import.starts_with(PACKAGE) && !HARMLESS.contains(import)
        };
        let imports = installed.imports.iter().map(|import| unversioned(import));
        Self {
            name: Some(manifest.name.clone()),
            hosts: manifest.hosts.iter().map(host_text).collect(),
            credentials: manifest.credentials.iter().map(credential).collect(),
            interfaces: unversioned_all(&installed.interfaces),
            imports: Some(imports.filter(reaches).map(ToOwned::to_owned).collect()),
        }
    }

    /// As far as it was written down.
    pub(super) fn of_status(status: &PluginStatus) -> Self {
        let credentials = status.credentials.iter();
        Self {
            name: None,
            hosts: status.hosts.iter().cloned().collect(),
            credentials: credentials.map(|name| (name.clone(), None)).collect(),
            interfaces: unversioned_all(&status.interfaces),
            imports: None,
        }
    }

    /// What this asks for that the other did not.
    pub(super) fn more_than(&self, other: &Self) -> Vec<String> {
        let mut more = Vec::new();
        if let (Some(name), Some(before)) = (&self.name, &other.name)
            && name != before
        {
            more.push(format!("name {name}"));
        }
        more.extend(lines("host", self.hosts.difference(&other.hosts)));
        for (name, place) in &self.credentials {
            let as_before = other
                .credentials
                .get(name)
                .is_some_and(|before| before.is_none() || place.is_none() || before == place);
            if !as_before {
                let place = place.as_deref().unwrap_or("unknown");
                more.push(format!("credential {name} ({place})"));
            }
        }
        more.extend(lines(
            "interface",
            self.interfaces.difference(&other.interfaces),
        ));
        if let (Some(imports), Some(before)) = (&self.imports, &other.imports) {
            more.extend(lines("import", imports.difference(before)));
        }
        more
    }
}

fn lines<'a>(
    kind: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> impl Iterator<Item = String> {
    names.map(move |name| format!("{kind} {name}"))
}

/// A host as the status tells it: the same origin is the same text, however its author wrote it.
pub(super) fn host_text(host: &Host) -> String {
    match host {
        Host::Fixed(text) => {
            let origin = text.parse::<Origin>();
            origin.map_or_else(|_| text.clone(), |origin| origin.to_string())
        }
        Host::FromConfig(pointer) => format!("config:{pointer}"),
    }
}

fn credential(credential: &Credential) -> (String, Option<String>) {
    let mut place = credential.placement.to_string();
    if !credential.hosts.is_empty() {
        let hosts: Vec<String> = credential.hosts.iter().map(host_text).collect();
        place = format!("{place}, to {}", hosts.join(" and "));
    }
    (credential.name.clone(), Some(place))
}

/// Another version of an interface reaches nothing more.
fn unversioned(interface: &str) -> &str {
    interface
        .split_once('@')
        .map_or(interface, |(name, _)| name)
}

fn unversioned_all(interfaces: &[String]) -> BTreeSet<String> {
    let names = interfaces.iter().map(|name| unversioned(name).to_owned());
    names.collect()
}
