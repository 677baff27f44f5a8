//! The table of kinds: every kind that the operator watches, writes or reconciles, in one row each.
//!
//! The enum [`crate::cluster::Kind`], the coordinates in the API, the caches, the watches and the start of the controllers come
//! from this table; tests compare the chart's roles and the definitions of `core/api` with it. A new kind is its type in
//! `core/api`, its folder in `controllers`, and one row here.
//!
//! | column | holds |
//! |---|---|
//! | kind, field | name of the kind, and of its store in the caches |
//! | kept | the type that the store holds |
//! | group, version, plural | coordinates in the Kubernetes API |
//! | namespaced | whether objects live in a namespace |
//! | watched | `All`, `Managed` (only objects that the operator created) or `OperatorNamespace` |
//! | use | `reconciled(Controller)`: users create it; `derived(Controller)`: other kinds create it, too; `managed`: the operator creates it; `pruned`: it reads and deletes it; `read` |

/// Calls a macro with all rows of the table.
macro_rules! for_each_kind {
    ($macro:ident) => {
        $macro! {
            Plugin plugins Plugin MAQUETTE V1ALPHA1 "plugins" false All reconciled(plugin::PluginController);
            Provider providers Provider MAQUETTE V1ALPHA1 "providers" false All reconciled(provider::ProviderController);
            Workspace workspaces Workspace MAQUETTE V1ALPHA1 "workspaces" true All reconciled(workspace::WorkspaceController);
            Component components Component MAQUETTE V1ALPHA1 "components" true All derived(component::ComponentController);
            DNSRecord records DNSRecord MAQUETTE V1ALPHA1 "dnsrecords" true All derived(dnsrecord::DnsRecordController);
            Tunnel tunnels Tunnel MAQUETTE V1ALPHA1 "tunnels" true All derived(tunnel::TunnelController);
            Deployment deployments RawObject "apps" "v1" "deployments" true Managed managed();
            StatefulSet stateful_sets RawObject "apps" "v1" "statefulsets" true Managed managed();
            Job jobs RawObject "batch" "v1" "jobs" true Managed managed();
            Service services RawObject "" "v1" "services" true Managed managed();
            HTTPRoute routes RawObject GATEWAY_API "v1" "httproutes" true Managed managed();
            Gateway gateways GatewaySummary GATEWAY_API "v1" "gateways" true All read();
            Pod pods PodSummary "" "v1" "pods" true Managed pruned();
            Namespace namespaces NamespaceSummary "" "v1" "namespaces" false All read();
            Secret secrets Secret "" "v1" "secrets" true OperatorNamespace managed();
        }
    };
}
pub(crate) use for_each_kind;

#[cfg(test)]
mod tests {
    use crate::cluster::{Coordinates, Kind, Usage, Watched};
    use std::collections::{BTreeMap, BTreeSet};

    /// Verbs by group and resource.
    type Rights = BTreeMap<(String, String), BTreeSet<String>>;

    /// Reconciled kinds that own no objects in the cluster.
    const OWN_NOTHING: [Kind; 3] = [Kind::Plugin, Kind::Provider, Kind::DNSRecord];

    fn grant(rights: &mut Rights, group: &str, resource: &str, verbs: &[&str]) {
        let held = rights
            .entry((group.to_owned(), resource.to_owned()))
            .or_default();
        held.extend(verbs.iter().map(|verb| (*verb).to_owned()));
    }

    /// The rights that the table asks for.
    fn needed(watched: impl Fn(Watched) -> bool) -> Rights {
        let mut rights = Rights::new();
        let all = Kind::ALL.iter().map(|kind| (kind, kind.coordinates()));
        for (kind, of) in all.filter(|(_, of)| watched(of.watched)) {
            let Coordinates { group, plural, .. } = of;
            let of_object = |part: &str| format!("{plural}/{part}");
            grant(&mut rights, group, plural, &["get", "list", "watch"]);
            match of.usage {
                Usage::read => {}
                Usage::pruned => grant(&mut rights, group, plural, &["delete"]),
                _ => grant(&mut rights, group, plural, &["patch"]),
            }
            if matches!(of.usage, Usage::derived | Usage::managed) {
                grant(&mut rights, group, plural, &["create", "delete"]);
            }
            if matches!(of.usage, Usage::reconciled | Usage::derived) {
                grant(&mut rights, group, &of_object("status"), &["patch"]);
                if !OWN_NOTHING.contains(kind) {
                    // Where the cluster enforces it, needed to own objects with blockOwnerDeletion.
                    grant(&mut rights, group, &of_object("finalizers"), &["update"]);
                }
            }
        }
        rights
    }

    /// The rules of the `number`th role in the chart's template, whose rules have no template expressions but conditions.
    fn granted(number: usize) -> Rights {
        let template = include_str!("../../../charts/maquette/templates/rbac/operator.yaml");
        let parts = template.split("\nrules:\n").skip(1);
        let mut texts = parts.map(|rest| rest.split("\n---").next().unwrap_or_default());
        let text = texts.nth(number).unwrap();
        let plain = text.lines().filter(|line| !line.contains("{{"));
        let text = plain.collect::<Vec<_>>().join("\n");
        let rules: Vec<BTreeMap<String, Vec<String>>> = serde_saphyr::from_str(&text).unwrap();
        let mut rights = Rights::new();
        for rule in rules {
            for group in &rule["apiGroups"] {
                for resource in &rule["resources"] {
                    let verbs: Vec<&str> = rule["verbs"].iter().map(String::as_str).collect();
                    grant(&mut rights, group, resource, &verbs);
                }
            }
        }
        rights
    }

    #[test]
    fn the_chart_grants_exactly_what_the_table_needs() {
        let mut cluster = needed(|watched| watched != Watched::OperatorNamespace);
        grant(
            &mut cluster,
            "events.k8s.io",
            "events",
            &["create", "patch"],
        );
        assert_eq!(granted(0), cluster);
        let mut own = needed(|watched| watched == Watched::OperatorNamespace);
        let lease = ["create", "get", "update"];
        grant(&mut own, "coordination.k8s.io", "leases", &lease);
        assert_eq!(granted(1), own);
    }

    #[test]
    fn every_definition_of_the_api_is_in_the_table() {
        let is_own = |kind: &&Kind| {
            let usage = kind.coordinates().usage;
            matches!(usage, Usage::reconciled | Usage::derived)
        };
        let table: BTreeSet<String> = Kind::ALL
            .iter()
            .filter(is_own)
            .map(|kind| kind.coordinates().plural.to_owned())
            .collect();
        let definitions = maquette_api::crds();
        let defined = definitions.iter().map(|crd| crd.spec.names.plural.clone());
        assert_eq!(defined.collect::<BTreeSet<_>>(), table);
    }
}
