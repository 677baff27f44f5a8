//! Everything that a workspace may leave behind in a namespace; listed without a selector, so that what lost its labels is seen.

use kube::api::{Api, ApiResource, DynamicObject, ListParams};
use kube::core::GroupVersionKind;

use super::Place;

const KINDS: [(&str, &str, &str); 13] = [
    ("maquette.dev", "v1alpha1", "DNSRecord"),
    ("maquette.dev", "v1alpha1", "Tunnel"),
    ("gateway.networking.k8s.io", "v1", "HTTPRoute"),
    ("maquette.dev", "v1alpha1", "Component"),
    ("apps", "v1", "Deployment"),
    ("apps", "v1", "StatefulSet"),
    ("apps", "v1", "ReplicaSet"),
    ("apps", "v1", "ControllerRevision"),
    ("batch", "v1", "Job"),
    ("", "v1", "Service"),
    ("", "v1", "Pod"),
    ("", "v1", "Secret"),
    ("", "v1", "PersistentVolumeClaim"),
];

/// A kind by the name that Kubernetes gives it in the lists above.
pub(crate) fn resource(kind: &str) -> ApiResource {
    let (group, version, kind) = KINDS.iter().find(|known| known.2 == kind).unwrap();
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

/// `Kind/name` of all that is in the namespace.
pub(crate) async fn of(place: &Place) -> Vec<String> {
    let mut all = Vec::new();
    for (_, _, kind) in KINDS {
        let api: Api<DynamicObject> =
            Api::namespaced_with(place.client.clone(), &place.namespace, &resource(kind));
        let list = api.list(&ListParams::default()).await.unwrap();
        all.extend(
            list.items
                .iter()
                .map(|object| format!("{kind}/{}", object.metadata.name.as_deref().unwrap())),
        );
    }
    all
}
