//! Record sets: one for each host, and two for a host with IPv4 and IPv6 addresses.

use super::{Context, Existing, Part, PartPlan, Rank, problem_of, routes, tunnel};
use crate::{
    cluster::{Key, Kind},
    controllers::{
        records::{self, Record},
        workspace::{host_routes::tunnel_provider, names, observe::Observed, spec::Spec},
    },
    engine::{Deletion, Desired},
};
use maquette_api::{
    DNSRecord, RecordType, Workspace,
    condition::{READY, holds},
    workspace::WorkspaceDns,
};

pub(super) struct Records;

impl Part for Records {
    fn names(&self, workspace: &Workspace, spec: &Spec) -> Vec<(Kind, Key)> {
        if dns(workspace).is_none() {
            return Vec::new();
        }
        let of = |host: &String| {
            let kinds = [RecordType::A, RecordType::Aaaa];
            kinds.map(|kind| (Kind::DNSRecord, names::of_record(workspace, host, kind)))
        };
        spec.hosts().iter().flat_map(of).collect()
    }

    fn existing<'a>(&self, observed: &'a Observed) -> Vec<Existing<'a>> {
        let records = observed.records.iter();
        records
            .map(|record| Existing {
                kind: Kind::DNSRecord,
                meta: &record.metadata,
                conditions: record
                    .status
                    .as_ref()
                    .map(|status| status.conditions.as_slice())
                    .unwrap_or_default(),
            })
            .collect()
    }

    fn plan(&self, context: &Context<'_>) -> PartPlan {
        let observed = context.observed;
        let served = context.served();
        let hosts = context.hosts();
        let may_stay = |record: &DNSRecord| {
            hosts.contains(&record.spec.name)
                && dns(context.workspace).is_some()
                && !is_surplus(context, record)
        };
        let stale = observed.records.iter().filter(|record| !may_stay(record));
        let of_hosts = observed.records.iter().filter(|record| may_stay(record));
        let problem = of_hosts.filter_map(|record| {
            let status = record.status.as_ref()?;
            let what = format!("name {}", record.spec.name);
            let generation = status.observed_generation;
            problem_of(&record.metadata, generation, &status.conditions, &what)
        });
        let mut unready = served
            .iter()
            .filter(|host| !are_ready_or_unwanted(context, host));
        PartPlan {
            apply: served
                .iter()
                .flat_map(|host| desired(context, host))
                .collect(),
            delete: stale
                .filter_map(|record| Deletion::of(Kind::DNSRecord, &record.metadata))
                .collect(),
            problem: problem.into_iter().next(),
            pending: unready
                .next()
                .map(|host| format!("the record of {host} is being created")),
            components: Vec::new(),
        }
    }

    fn serves(&self, _: &Workspace, observed: &Observed, host: &str) -> bool {
        let mut records = observed.records.iter();
        records.any(|record| record.spec.name == host)
    }

    fn rank(&self) -> Rank {
        Rank::Names
    }
}

fn dns(workspace: &Workspace) -> Option<&WorkspaceDns> {
    workspace.spec.networking.as_ref()?.dns.as_ref()
}

/// The records of a host, as far as it is known what they point to.
fn desired(context: &Context<'_>, host: &str) -> Vec<Desired> {
    let (Some(dns), Some(provider)) = (dns(context.workspace), &context.observed.dns_provider)
    else {
        return Vec::new();
    };
    let (owner, labels) = (context.owner(), context.labels());
    let record = |(kind, values): (RecordType, Vec<String>)| {
        Record {
            key: names::of_record(context.workspace, host, kind),
            owner: &owner,
            labels: &labels,
            provider,
            zone: Some(&dns.zone),
            host,
            kind,
            values: &values,
            ttl: dns.ttl,
        }
        .desired()
    };
    let sets = wanted(context, host).into_iter();
    let sets = sets.filter(|(kind, values)| may_be_written(context, host, *kind, values));
    let records = sets.map(record);
    records
        .filter(|record| context.is_free(record.kind, &record.key))
        .collect()
}

/// The record sets of a host. Empty as long as it is not known what they point to.
fn wanted(context: &Context<'_>, host: &str) -> Vec<(RecordType, Vec<String>)> {
    let targets = if tunnel_provider(context.workspace).is_some() {
        tunnel::target(context, live(context, host, RecordType::A))
    } else {
        let gateway = context.observed.gateway.as_ref();
        gateway.and_then(|gateway| {
            let addresses = gateway.as_ref().ok()?.addresses.iter();
            Some(addresses.map(|(_, value)| value.clone()).collect())
        })
    };
    targets.map_or_else(Vec::new, |targets| records::sets(&targets))
}

/// A name that leads elsewhere stays there until the Gateway has accepted its route. An alias is all that a name has (RFC 1034,
/// section 3.6.2), so nothing is added to it before it is replaced.
fn may_be_written(context: &Context<'_>, host: &str, kind: RecordType, values: &[String]) -> bool {
    let live = live(context, host, kind);
    let moves = live.is_some_and(|record| record.spec.values != values);
    let through_tunnel = tunnel_provider(context.workspace).is_some();
    if moves && !through_tunnel && !routes::is_accepted(context, host) {
        return false;
    }
    let first = self::live(context, host, RecordType::A);
    let is_alias = first.is_some_and(|record| record.spec.kind == RecordType::Cname);
    kind != RecordType::Aaaa || !is_alias
}

fn live<'a>(context: &Context<'a>, host: &str, kind: RecordType) -> Option<&'a DNSRecord> {
    let key = names::of_record(context.workspace, host, kind);
    let mut records = context.observed.records.iter();
    records
        .find(|record| Key::of(&record.metadata) == key)
        .map(AsRef::as_ref)
}

/// Whether a record set of a host is not one of those that the host has now: the other ones replace it, or an alias cannot be
/// created as long as it exists.
fn is_surplus(context: &Context<'_>, record: &DNSRecord) -> bool {
    let host = &record.spec.name;
    let key = Key::of(&record.metadata);
    let wanted = wanted(context, host);
    let of = |kind: RecordType| names::of_record(context.workspace, host, kind);
    if wanted.is_empty() || wanted.iter().any(|(kind, _)| of(*kind) == key) {
        return false;
    }
    let is_alias = wanted.iter().any(|(kind, _)| *kind == RecordType::Cname);
    is_alias || context.is_reached(host)
}

/// Whether the provider keeps the record sets of the host as they should be; true where the workspace wants none.
pub(super) fn are_ready_or_unwanted(context: &Context<'_>, host: &str) -> bool {
    if dns(context.workspace).is_none() {
        return true;
    }
    let wanted = wanted(context, host);
    let is_ready = |(kind, values): &(RecordType, Vec<String>)| {
        let Some(record) = live(context, host, *kind) else {
            return false;
        };
        let status = record.status.as_ref();
        record.spec.values == *values
            && status.is_some_and(|status| {
                status.observed_generation == record.metadata.generation
                    && holds(&status.conditions, READY)
            })
    };
    !wanted.is_empty() && wanted.iter().all(is_ready)
}
