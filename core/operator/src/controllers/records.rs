//! Record sets that another object keeps for its hosts.

use crate::{
    cluster::{Key, Kind, Reads},
    engine::Desired,
};
use maquette_api::{DEFAULT_FOR_ANNOTATION, FINALIZER, Provider, RecordType};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

/// A record set that should exist.
pub(super) struct Record<'a> {
    /// Name of the object.
    pub(super) key: Key,
    /// Reference to the object that keeps it.
    pub(super) owner: &'a Value,
    /// Labels of the object.
    pub(super) labels: &'a BTreeMap<String, String>,
    /// Name of the Provider.
    pub(super) provider: &'a str,
    /// Zone, where it is not the longest that fits.
    pub(super) zone: Option<&'a str>,
    /// The host.
    pub(super) host: &'a str,
    /// Type of the records.
    pub(super) kind: RecordType,
    /// Addresses, or one host name.
    pub(super) values: &'a [String],
    /// Seconds, default 60.
    pub(super) ttl: Option<u32>,
}

impl Record<'_> {
    /// The object.
    pub(super) fn desired(&self) -> Desired {
        let mut spec = json!({
            "provider": self.provider, "name": self.host, "type": self.kind, "values": self.values, "ttl": self.ttl.unwrap_or(60),
        });
        if let (Some(zone), Some(spec)) = (self.zone, spec.as_object_mut()) {
            spec.insert("zone".to_owned(), json!(zone));
        }
        let body = Map::from_iter([("spec".to_owned(), spec)]);
        Desired::new(
            Kind::DNSRecord,
            self.key.clone(),
            self.owner,
            self.labels,
            &BTreeMap::new(),
            body,
        )
        .with_finalizer(FINALIZER)
    }
}

/// The record sets of a host that leads to these targets: one for each family of addresses, or a CNAME where there is no
/// address.
pub(super) fn sets(targets: &[String]) -> Vec<(RecordType, Vec<String>)> {
    let addresses = |v4: bool| -> Vec<String> {
        let parsed = targets
            .iter()
            .filter_map(|value| value.parse::<IpAddr>().ok());
        parsed
            .filter(|address| address.is_ipv4() == v4)
            .map(|address| address.to_string())
            .collect()
    };
    let mut sets = vec![
        (RecordType::A, addresses(true)),
        (RecordType::Aaaa, addresses(false)),
    ];
    sets.retain(|(_, values)| !values.is_empty());
    if let (true, Some(name)) = (sets.is_empty(), targets.first()) {
        let name = name.trim_end_matches('.').to_lowercase();
        sets.push((RecordType::Cname, vec![name]));
    }
    sets
}

/// Name of the Provider that is annotated as the default for record sets.
pub(super) fn default_provider(reads: &Reads) -> Option<String> {
    let is_default = |annotations: &BTreeMap<String, String>| {
        annotations
            .get(DEFAULT_FOR_ANNOTATION)
            .is_some_and(|kinds| kinds.split(',').any(|kind| kind.trim() == "dns"))
    };
    reads.every_as(move |providers: &[Arc<Provider>]| {
        let defaults = providers
            .iter()
            .filter(|p| p.metadata.annotations.as_ref().is_some_and(is_default));
        defaults.filter_map(|p| p.metadata.name.clone()).min()
    })
}
