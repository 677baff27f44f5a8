//! The scope of a Provider: who may use it, and for which names.

use crate::RecordType;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// Types of a Provider whose scope names none.
const TYPES: [RecordType; 3] = [RecordType::A, RecordType::Aaaa, RecordType::Cname];
/// Stand for the namespace of an object, and for the workspace that it belongs to.
const NAMESPACE: &str = "{namespace}";
const WORKSPACE: &str = "{workspace}";

/// The object that asks for a name.
#[derive(Clone, Copy, Debug)]
pub struct Requester<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Name of the workspace that it is or belongs to.
    pub workspace: Option<&'a str>,
}

impl Requester<'_> {
    /// The entry of a scope with its own names put in; `None` where it has none of them.
    fn resolve(&self, entry: &str) -> Option<String> {
        let entry = entry.replace(NAMESPACE, self.namespace);
        match self.workspace {
            Some(workspace) => Some(entry.replace(WORKSPACE, workspace)),
            None => (!entry.contains(WORKSPACE)).then_some(entry),
        }
    }
}

/// Who may use a Provider, and for what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
pub struct Scope {
    /// Namespaces by their labels. Omitted: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// Zones. Empty: all that the credential reaches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 253)))]
    #[x_kube(validation = Rule::new("self.all(z, z.matches('^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$'))")
        .message("each zone must be a domain name in lower case without the final dot"))]
    pub zones: Vec<String>,
    /// Names within the zones that records and hosts may have: a name, or `*.` before a domain for the names below it and the
    /// wildcard itself. `{namespace}` stands for the namespace of the object, and `{workspace}` for the workspace that it belongs
    /// to. Empty: every name below a zone. The zone itself, a wildcard, and a name with a label that begins with `_` need an
    /// entry: the whole name, or `_label.*.` before a domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 253)))]
    #[x_kube(validation = Rule::new("self.all(n, n.replace('{namespace}', 'n').replace('{workspace}', 'w').matches('^(_[-a-z0-9_]*[.])*([*][.])?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$'))")
        .message("each name must be a domain name in lower case without the final dot, with `*.` or `_label.*.` before it where it stands for names below it; `{namespace}` and `{workspace}` stand for those of the object"))]
    pub names: Vec<String>,
    /// Types of the record sets that DNSRecords may publish. Empty: A, AAAA and CNAME.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub types: Vec<RecordType>,
}

impl Scope {
    /// Whether the object may have the name. `zone` is the zone in which it lies, where that is known.
    pub fn admits_name(&self, name: &str, zone: Option<&str>, requester: Requester<'_>) -> bool {
        if self.names.is_empty() {
            return match zone {
                Some(zone) => below(name, zone).is_some_and(is_plain),
                None => is_plain(name),
            };
        }
        let mut names = self
            .names
            .iter()
            .filter_map(|entry| requester.resolve(entry));
        names.any(|entry| covers(&entry, name))
    }

    /// Whether objects may publish record sets of the type.
    pub fn admits_type(&self, kind: RecordType) -> bool {
        if self.types.is_empty() {
            return TYPES.contains(&kind);
        }
        self.types.contains(&kind)
    }
}

/// The labels of the name before the domain, where it lies below it.
fn below<'a>(name: &'a str, domain: &str) -> Option<&'a str> {
    name.strip_suffix(domain)?.strip_suffix('.')
}

/// Whether no label is a wildcard or begins with `_`: such names say something of others.
fn is_plain(labels: &str) -> bool {
    !labels
        .split('.')
        .any(|label| label == "*" || label.starts_with('_'))
}

fn covers(pattern: &str, name: &str) -> bool {
    if pattern == name {
        return true;
    }
    if let Some(domain) = pattern.strip_prefix("*.") {
        return below(name, domain).is_some_and(is_plain);
    }
    let (Some((first, pattern)), Some((label, name))) =
        (pattern.split_once('.'), name.split_once('.'))
    else {
        return false;
    };
    first.starts_with('_') && first == label && covers(pattern, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: Requester<'_> = Requester {
        namespace: "shop",
        workspace: Some("pr-7"),
    };

    fn names(names: &[&str]) -> Scope {
        Scope {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ..Scope::default()
        }
    }

    #[test]
    fn a_name_that_says_something_of_others_needs_an_entry_of_its_own() {
        let zone = Some("example.com");
        let open = Scope::default();
        for (name, expected) in [
            ("shop.example.com", true),
            ("a.b.example.com", true),
            ("example.com", false),
            ("*.example.com", false),
            ("*.shop.example.com", false),
            ("_acme-challenge.shop.example.com", false),
            ("a._domainkey.example.com", false),
            ("badexample.com", false),
        ] {
            assert_eq!(open.admits_name(name, zone, SHOP), expected, "{name}");
        }
        // A zone may have such a label itself.
        assert!(open.admits_name("a._x.test", Some("_x.test"), SHOP));
        for name in [
            "example.com",
            "*.example.com",
            "_acme-challenge.shop.example.com",
        ] {
            assert!(names(&[name]).admits_name(name, zone, SHOP), "{name}");
        }
    }

    #[test]
    fn a_namespace_may_have_its_part_of_a_zone() {
        let scope = names(&[
            "*.{namespace}.example.com",
            "_acme-challenge.*.{namespace}.example.com",
        ]);
        for (name, expected) in [
            ("web.shop.example.com", true),
            ("a.web.shop.example.com", true),
            ("_acme-challenge.web.shop.example.com", true),
            ("shop.example.com", false),
            ("*.shop.example.com", true),
            ("*.web.shop.example.com", false),
            ("web.other.example.com", false),
            ("_dmarc.web.shop.example.com", false),
            ("web.badshop.example.com", false),
        ] {
            let admitted = scope.admits_name(name, Some("example.com"), SHOP);
            assert_eq!(admitted, expected, "{name}");
        }
    }

    #[test]
    fn a_workspace_may_have_its_part_of_a_zone() {
        let scope = names(&["{workspace}.{namespace}.example.com"]);
        let admits =
            |name: &str, requester| scope.admits_name(name, Some("example.com"), requester);
        assert!(admits("pr-7.shop.example.com", SHOP));
        assert!(!admits("pr-8.shop.example.com", SHOP));
        let alone = Requester {
            workspace: None,
            ..SHOP
        };
        assert!(!admits("pr-7.shop.example.com", alone));
        assert!(!admits("{workspace}.shop.example.com", alone));
    }

    #[test]
    fn texts_are_published_only_where_the_scope_says_so() {
        let open = Scope::default();
        assert!(open.admits_type(RecordType::A) && !open.admits_type(RecordType::Txt));
        let texts = Scope {
            types: vec![RecordType::Txt],
            ..Scope::default()
        };
        assert!(texts.admits_type(RecordType::Txt) && !texts.admits_type(RecordType::A));
    }
}
