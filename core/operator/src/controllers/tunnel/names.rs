//! How things are called: the tunnel at the provider, and what runs its connector in the operator's namespace.

use crate::{cluster::Key, engine::managed_labels};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use maquette_api::{RecordType, TUNNEL_LABEL, TUNNEL_NAMESPACE_LABEL};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Most of a name that is readable, in characters. A pod's host name has at most 63, of which its Deployment's name may
/// use 45, so that connectors which tell themselves apart by host name can.
const READABLE_MAX: usize = 34;

/// The tunnel's name: the same for the whole life of the object, and another one in another cluster.
pub(super) fn of(installation: &str, key: &Key) -> String {
    let readable: String = format!("{}-{}", key.namespace, key.name)
        .chars()
        .map(|c| if c == '.' { '-' } else { c })
        .take(READABLE_MAX)
        .collect();
    let digest = Sha256::digest(format!("{installation}/{}/{}", key.namespace, key.name));
    format!(
        "{}-{}",
        readable.trim_matches('-'),
        hex::encode(digest.get(..5).unwrap_or_default())
    )
}

/// Name of the Secret with the connector's files.
pub(super) fn of_files(tunnel: &str) -> String {
    format!("{tunnel}-files")
}

/// Name of the record set of a host. A host with IPv4 and IPv6 addresses has two.
pub(super) fn of_host(key: &Key, host: &str, kind: RecordType) -> Key {
    let digest = Sha256::digest(host);
    let suffix = if kind == RecordType::Aaaa {
        "-aaaa"
    } else {
        ""
    };
    let name = format!(
        "{}-t{}{suffix}",
        key.name,
        hex::encode(digest.get(..4).unwrap_or_default())
    );
    Key::new(key.namespace.clone(), name)
}

/// Labels of everything that runs the connector.
pub(super) fn labels(key: &Key, name: &str) -> BTreeMap<String, String> {
    let mut labels = managed_labels(name);
    labels.insert(
        "app.kubernetes.io/name".to_owned(),
        "maquette-connector".to_owned(),
    );
    labels.insert(TUNNEL_LABEL.to_owned(), key.name.clone());
    labels.insert(TUNNEL_NAMESPACE_LABEL.to_owned(), key.namespace.clone());
    labels
}

/// Whether an object with this metadata, in the operator's namespace, belongs to the Tunnel with this key. Its name alone
/// proves nothing, because it comes from a status.
pub(super) fn is_of(meta: &ObjectMeta, tunnel: &Key) -> bool {
    let label = |name: &str| meta.labels.as_ref().and_then(|labels| labels.get(name));
    label(TUNNEL_LABEL) == Some(&tunnel.name)
        && label(TUNNEL_NAMESPACE_LABEL) == Some(&tunnel.namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_belongs_to_the_tunnel_that_its_labels_name_and_to_no_other() {
        let own = Key::new("shop", "web");
        let mut meta = ObjectMeta {
            labels: Some(labels(&own, "shop-web-1")),
            ..ObjectMeta::default()
        };
        assert!(is_of(&meta, &own));
        assert!(!is_of(&meta, &Key::new("other", "web")));
        meta.labels = None;
        assert!(!is_of(&meta, &own));
    }

    #[test]
    fn a_name_is_a_label_that_leaves_room_for_the_pods_suffix_and_differs_between_clusters() {
        let long = Key::new("n".repeat(63), "t".repeat(63));
        let dotted = Key::new("shop", "a.b");
        for key in [&long, &dotted] {
            let name = of("uid", key);
            assert!(name.len() <= 45, "{name}");
            assert!(!name.contains('.') && !name.contains("--"), "{name}");
            assert_ne!(name, of("other", key));
        }
        assert_ne!(
            of("uid", &Key::new("a", "b-c")),
            of("uid", &Key::new("a-b", "c"))
        );
    }
}
