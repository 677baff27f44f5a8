use std::{collections::HashMap, sync::Arc};

use wasmtime::component::{Component, ComponentExportIndex};

use super::KINDS;

/// One provider interface of the contract.
pub(crate) struct Kind {
    /// The interface, as components export it.
    pub(crate) interface: &'static str,
    /// Its functions.
    pub(crate) functions: &'static [&'static str],
}

impl Kind {
    /// Name of the interface, for example `dns`.
    pub(crate) fn name(&self) -> &'static str {
        let rest = self.interface.split_once('/').map_or("", |(_, rest)| rest);
        rest.split_once('@').map_or(rest, |(name, _)| name)
    }
}

/// Whether an interface is a draft, for example `maquette:source/source@0.0.1`: no release promises its version 0.0.x.
pub fn is_draft(interface: &str) -> bool {
    interface
        .split_once('@')
        .is_some_and(|(_, version)| version.starts_with("0.0."))
}

/// The interface of this name as components export it, for example `maquette:dns/dns@0.1.0` for `dns`.
pub fn interface(name: &str) -> Option<&'static str> {
    let mut all = KINDS.iter().map(|kind| kind.interface);
    all.find(|interface| interface.starts_with(&format!("maquette:{name}/")))
}

/// Where the functions of one interface are in a component.
pub(crate) type Functions = Arc<HashMap<&'static str, ComponentExportIndex>>;

/// Where the functions of every provider interface are that a component exports.
pub(crate) struct Exports(HashMap<&'static str, Functions>);

impl Exports {
    /// Looks the names up once, so that a call does not. An interface without one of its functions is not exported.
    pub(crate) fn of(component: &Component) -> Self {
        let found = KINDS.iter().filter_map(|kind| {
            let instance = component.get_export_index(None, kind.interface)?;
            let index = |name: &&'static str| {
                Some((*name, component.get_export_index(Some(&instance), name)?))
            };
            let functions: Option<HashMap<_, _>> = kind.functions.iter().map(index).collect();
            Some((kind.interface, Arc::new(functions?)))
        });
        Self(found.collect())
    }

    pub(crate) fn find(&self, kind: &Kind) -> Option<Functions> {
        self.0.get(kind.interface).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, is_draft};

    #[test]
    fn every_function_of_the_contract_is_known() {
        for kind in KINDS {
            let (_, rest) = kind.interface.split_once('/').unwrap();
            let (name, version) = rest.split_once('@').unwrap();
            let place = if is_draft(kind.interface) {
                "draft"
            } else {
                "since-v0.1.0"
            };
            let path = format!(
                "{}/../../wit/{place}/{name}/{name}.wit",
                env!("CARGO_MANIFEST_DIR")
            );
            let wit = std::fs::read_to_string(path).unwrap();
            assert!(wit.starts_with(&format!("package maquette:{name}@{version};")));
            let declared: Vec<&str> = wit
                .lines()
                .filter_map(|line| line.trim().split_once(": func("))
                .map(|(function, _)| function)
                .collect();
            assert_eq!(declared, kind.functions, "{name}");
        }
    }
}
