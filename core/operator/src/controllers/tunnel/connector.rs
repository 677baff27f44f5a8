//! The objects that run the connector: a Deployment, and a Secret with its files.
//!
//! Its pod is admitted under the restricted Pod Security Standard, has no token for the API server, and holds nothing but
//! what the provider describes. Whatever of that changes makes a new pod, and the old one stays until the new one is
//! connected.

use super::{Observed, known::Known, names, secret};
use crate::{
    cluster::{Key, Kind},
    engine::Desired,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_api::Tunnel;
use maquette_host::kinds::tunnel::{Connector, Source};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Annotation on pods: what of their surroundings makes other pods when it changes.
const CHECKSUM_ANNOTATION: &str = "maquette.dev/checksum";
/// User and group of connectors, whatever their images say.
const USER: u32 = 65532;
/// A connector counts when it was connected for this long: its routes follow its connection.
const STEADY_SECONDS: u32 = 3;
/// How long a connector may take to end what is under way.
const DRAIN_SECONDS: u32 = 30;

/// Why a connector is not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error(
        "Provider {provider}: its plugin wants to run the image {image}, which is not granted; where you trust it, add to the Provider\n  connector: {{images: [{repository}]}}"
    )]
    Image {
        provider: String,
        image: String,
        repository: String,
    },
    #[error(
        "Provider {provider}: spec.credentials.{credential} is missing: the connector needs it"
    )]
    Credential {
        provider: String,
        credential: String,
    },
}

/// Whether the connector may run.
pub(super) fn check(
    tunnel: &Tunnel,
    observed: &Observed,
    connector: &Connector,
) -> Result<(), Refused> {
    let Ok(place) = &observed.place else {
        return Ok(());
    };
    let provider = &tunnel.spec.provider;
    let repository = repository(&connector.image);
    let granted = |entry: &String| {
        if entry.ends_with('/') {
            repository.starts_with(entry.as_str())
        } else {
            repository == entry
        }
    };
    if !place.images.iter().any(granted) {
        return Err(Refused::Image {
            provider: provider.clone(),
            image: connector.image.clone(),
            repository: repository.to_owned(),
        });
    }
    let missing = connector
        .env
        .iter()
        .find_map(|variable| match &variable.source {
            Source::Credential(name) if !place.credentials.contains_key(name) => Some(name),
            _ => None,
        });
    match missing {
        Some(credential) => Err(Refused::Credential {
            provider: provider.clone(),
            credential: credential.clone(),
        }),
        None => Ok(()),
    }
}

/// An image reference without tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        // The last colon is a port where a slash follows it.
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// The objects that should exist.
pub(super) fn desired(tunnel: &Tunnel, observed: &Observed, known: &Known) -> Vec<Desired> {
    let connector = &known.established.connector;
    let key = Key::of(&tunnel.metadata);
    let owner = tunnel.metadata.uid.as_deref().unwrap_or_default();
    let labels = names::labels(&key, &observed.name);
    let files: BTreeMap<String, String> = connector
        .files
        .iter()
        .enumerate()
        .map(|(at, file)| (file_key(at), STANDARD.encode(file.content.expose())))
        .collect();
    let secret = Desired::unowned(
        Kind::Secret,
        Key::new(observed.namespace.clone(), names::of_files(&observed.name)),
        owner,
        &labels,
        &BTreeMap::new(),
        Map::from_iter([
            ("type".to_owned(), json!("Opaque")),
            ("data".to_owned(), json!(files)),
        ]),
    );
    let template = json!({
        "metadata": {
            "labels": labels,
            "annotations": { CHECKSUM_ANNOTATION: checksum(observed, known) },
        },
        "spec": pod(observed, connector),
    });
    let spec = json!({
        "replicas": 1,
        "revisionHistoryLimit": 1,
        "minReadySeconds": STEADY_SECONDS,
        "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
        "selector": { "matchLabels": { "app.kubernetes.io/instance": observed.name } },
        "template": template,
    });
    let deployment = Desired::unowned(
        Kind::Deployment,
        Key::new(observed.namespace.clone(), observed.name.clone()),
        owner,
        &labels,
        &BTreeMap::new(),
        Map::from_iter([("spec".to_owned(), spec)]),
    );
    vec![secret, deployment]
}

fn pod(observed: &Observed, connector: &Connector) -> Value {
    let mut container = json!({
        "name": "connector",
        "image": connector.image,
        "args": connector.args,
        "env": env(observed, connector),
        "volumeMounts": mounts(connector),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "resources": { "requests": { "cpu": "10m", "memory": "32Mi" } },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        },
    });
    if let (Some(probe), Some(map)) = (&connector.ready, container.as_object_mut()) {
        let probe = json!({
            "httpGet": { "path": probe.path, "port": probe.port, "scheme": "HTTP" },
            "periodSeconds": 2,
            "failureThreshold": 3,
        });
        map.insert("readinessProbe".to_owned(), probe);
    }
    json!({
        "containers": [container],
        "volumes": volumes(observed, connector),
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "terminationGracePeriodSeconds": DRAIN_SECONDS,
        "securityContext": {
            "runAsNonRoot": true,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
    })
}

fn env(observed: &Observed, connector: &Connector) -> Vec<Value> {
    let secret = |name: &str, key: &str| json!({ "secretKeyRef": { "name": name, "key": key } });
    let place = observed.place.as_ref().ok();
    let variables = connector.env.iter().filter_map(|variable| {
        let name = &variable.name;
        Some(match &variable.source {
            Source::Value(value) => json!({ "name": name, "value": value }),
            Source::Secret => {
                json!({ "name": name, "valueFrom": secret(&observed.name, secret::CURRENT) })
            }
            Source::Credential(credential) => {
                let (reference, _) = place?.credentials.get(credential)?;
                json!({ "name": name, "valueFrom": secret(&reference.name, &reference.key) })
            }
        })
    });
    variables.collect()
}

fn file_key(at: usize) -> String {
    format!("file-{at}")
}

fn mounts(connector: &Connector) -> Vec<Value> {
    let files = connector.files.iter().enumerate();
    files
        .map(|(at, file)| {
            json!({ "name": "files", "mountPath": file.path, "subPath": file_key(at), "readOnly": true })
        })
        .collect()
}

fn volumes(observed: &Observed, connector: &Connector) -> Vec<Value> {
    if connector.files.is_empty() {
        return Vec::new();
    }
    let name = names::of_files(&observed.name);
    vec![json!({ "name": "files", "secret": { "secretName": name, "defaultMode": 0o440 } })]
}

/// Changes with the files, with the tunnel's secret where the connector gets it, and with the credentials that it gets.
/// The tunnel's secret is part of the digest, so that no credential can be guessed from it.
fn checksum(observed: &Observed, known: &Known) -> String {
    let connector = &known.established.connector;
    let files: Vec<_> = connector
        .files
        .iter()
        .map(|file| (&file.path, file.content.expose()))
        .collect();
    let place = observed.place.as_ref().ok();
    let sources: Vec<&str> = connector
        .env
        .iter()
        .filter_map(|variable| match &variable.source {
            Source::Value(_) => None,
            Source::Secret => Some(known.secret.as_str()),
            Source::Credential(name) => Some(
                place?
                    .credentials
                    .get(name)
                    .map(|(_, digest)| digest.as_str())?,
            ),
        })
        .collect();
    let key = observed.secret.as_ref().map(|held| held.current.expose());
    let digest = Sha256::digest(json!([key, files, sources]).to_string());
    hex::encode(digest.get(..10).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::repository;

    #[test]
    fn a_repository_is_an_image_without_tag_and_digest() {
        for (image, expected) in [
            ("frpc", "frpc"),
            ("r.test:5000/frp/frpc", "r.test:5000/frp/frpc"),
            ("r.test:5000/frp/frpc:1.2", "r.test:5000/frp/frpc"),
            ("r.test/frpc:1@sha256:00", "r.test/frpc"),
        ] {
            assert_eq!(repository(image), expected);
        }
    }
}
