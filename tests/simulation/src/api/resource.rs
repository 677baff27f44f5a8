//! The resources that the server serves: those of the operator's table of kinds, Leases and Events.

use maquette_operator::cluster::Kind;
use std::sync::OnceLock;

/// Position of a resource in the table.
pub(crate) type Resource = usize;

/// One resource.
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) plural: String,
    pub(crate) api_version: String,
}

/// Every resource, those of the operator first and in its order.
pub(crate) fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let known = Kind::ALL.iter().map(|kind| {
            let resource = kind.api_resource();
            Row {
                kind: resource.kind,
                plural: resource.plural,
                api_version: resource.api_version,
            }
        });
        let others = [
            ("Lease", "leases", "coordination.k8s.io/v1"),
            ("Event", "events", "events.k8s.io/v1"),
        ];
        let others = others.map(|(kind, plural, version)| Row {
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            api_version: version.to_owned(),
        });
        known.chain(others).collect()
    })
}

/// Plural of the resource of leader election.
pub(crate) const LEASES: &str = "leases";

/// The resource of a kind.
pub(crate) fn resource_of(kind: Kind) -> Resource {
    Kind::ALL
        .iter()
        .position(|known| *known == kind)
        .unwrap_or_default()
}

/// The resource of this plural.
pub(crate) fn by_plural(plural: &str) -> Option<Resource> {
    table().iter().position(|row| row.plural == plural)
}

/// The operator's kind of a resource.
pub(crate) fn kind_of(resource: Resource) -> Option<Kind> {
    Kind::ALL.get(resource).copied()
}
