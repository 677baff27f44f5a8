//! Images and artifacts, pushed as any client does.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What was pushed.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    pub(crate) digest: String,
    pub(crate) size: usize,
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().proxy(None).build().into()
}

fn blob(url: &str, repository: &str, authorization: &str, bytes: &[u8]) -> Value {
    let answer = agent()
        .post(format!("{url}/v2/{repository}/blobs/uploads/"))
        .header("Authorization", authorization)
        .send_empty()
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let digest = digest(bytes);
    agent()
        .put(format!("{location}&digest={digest}"))
        .header("Authorization", authorization)
        .header("Content-Type", "application/octet-stream")
        .send(bytes)
        .unwrap();
    json!({ "digest": digest, "size": bytes.len() })
}

fn manifest(
    url: &str,
    repository: &str,
    reference: &str,
    authorization: &str,
    document: &Value,
) -> Pushed {
    let bytes = document.to_string().into_bytes();
    let digest = digest(&bytes);
    let reference = if reference.is_empty() {
        &digest
    } else {
        reference
    };
    agent()
        .put(format!("{url}/v2/{repository}/manifests/{reference}"))
        .header("Authorization", authorization)
        .header("Content-Type", document["mediaType"].as_str().unwrap())
        .send(&bytes[..])
        .unwrap();
    Pushed {
        digest,
        size: bytes.len(),
    }
}

/// Pushes an image with this configuration; without a tag it can only be had by its digest.
pub(crate) fn push(
    url: &str,
    repository: &str,
    tag: &str,
    authorization: &str,
    configuration: &Value,
) -> Pushed {
    let configuration = configuration.to_string().into_bytes();
    let mut config = blob(url, repository, authorization, &configuration);
    config["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [],
    });
    manifest(url, repository, tag, authorization, &document)
}

/// Pushes an index of these images; an empty platform is an attestation's.
pub(crate) fn index(
    url: &str,
    repository: &str,
    tag: &str,
    images: &[(&Pushed, &str)],
    annotations: &Value,
) -> Pushed {
    let entries: Vec<Value> = images
        .iter()
        .map(|(image, platform)| {
            let (os, rest) = platform.split_once('/').unwrap_or(("unknown", "unknown"));
            let (architecture, variant) = rest.split_once('/').unwrap_or((rest, ""));
            let mut platform = json!({ "os": os, "architecture": architecture });
            if !variant.is_empty() {
                platform["variant"] = json!(variant);
            }
            json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": image.digest,
                "size": image.size,
                "platform": platform,
            })
        })
        .collect();
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": entries,
        "annotations": annotations,
    });
    manifest(url, repository, tag, "", &document)
}

/// Lists these artifacts, by type, as what refers to a digest: under the tag that stands in for the API.
pub(crate) fn push_artifact(url: &str, repository: &str, subject: &str, types: &[&str]) {
    let entries: Vec<Value> = types
        .iter()
        .map(|artifact_type| {
            let artifact = push(url, repository, "", "", &json!({ "of": artifact_type }));
            json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": artifact.digest,
                "size": artifact.size,
                "artifactType": artifact_type,
                "annotations": { "made-by": "a test" },
            })
        })
        .collect();
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": entries,
    });
    manifest(url, repository, &subject.replace(':', "-"), "", &document);
}
