use std::str::FromStr;

use serde::Deserialize;

use super::PullError;
use crate::names::Digest;

/// Media types of the artifact (CNCF TAG Runtime, "Wasm OCI Artifact Layout", v0).
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of a list of manifests (OCI image specification, "Image Index").
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";

/// What a registry may answer: indexes too, so that they are refused with a reason instead of not being found.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// The two blobs of a plugin.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Artifact {
    pub(super) config: Blob,
    pub(super) component: Blob,
}

/// A blob that a manifest names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u32,
    media_type: Option<String>,
    manifests: Option<serde_json::Value>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
}

#[derive(Deserialize)]
struct Config {
    architecture: String,
    os: String,
}

/// Reads a manifest; only one shape is a plugin.
pub(super) fn read_manifest(
    bytes: &[u8],
    reference: &str,
    largest: u64,
) -> Result<Artifact, PullError> {
    let document: Document =
        serde_json::from_slice(bytes).map_err(|error| malformed("the manifest", &error))?;
    let media_type = document.media_type.unwrap_or_else(|| MANIFEST.to_owned());
    let is_list = media_type.ends_with(".image.index.v1+json")
        || media_type.ends_with(".manifest.list.v2+json");
    if document.manifests.is_some() || is_list {
        return Err(PullError::IsIndex {
            reference: reference.to_owned(),
        });
    }
    require_type("the manifest", media_type, MANIFEST)?;
    if document.schema_version != 2 {
        let problem = format!("schemaVersion is {} and not 2", document.schema_version);
        return Err(PullError::Malformed {
            what: "the manifest",
            problem,
        });
    }
    let config = document.config.ok_or_else(|| PullError::Malformed {
        what: "the manifest",
        problem: "it has no config".to_owned(),
    })?;
    require_type("the artifact's config", config.media_type.clone(), CONFIG)?;
    let [layer] = document.layers.as_slice() else {
        return Err(PullError::Layers(document.layers.len()));
    };
    require_type("the artifact's layer", layer.media_type.clone(), LAYER)?;
    if layer.size > largest {
        return Err(PullError::TooLarge {
            what: "the component",
            cap: largest,
        });
    }
    Ok(Artifact {
        config: blob(&config)?,
        component: blob(layer)?,
    })
}

/// Whether the artifact's configuration document names the platform of plugins.
pub(super) fn check_config(bytes: &[u8]) -> Result<(), PullError> {
    let config: Config = serde_json::from_slice(bytes)
        .map_err(|error| malformed("the artifact's config", &error))?;
    if config.architecture == "wasm" && config.os == "wasip2" {
        Ok(())
    } else {
        Err(PullError::Platform {
            found: format!("{}/{}", config.os, config.architecture),
        })
    }
}

fn blob(descriptor: &Descriptor) -> Result<Blob, PullError> {
    Ok(Blob {
        digest: digest("the manifest", &descriptor.digest)?,
        size: descriptor.size,
    })
}

/// A digest that a document names.
pub(super) fn digest(what: &'static str, text: &str) -> Result<Digest, PullError> {
    Digest::from_str(text).map_err(|error| PullError::Malformed {
        what,
        problem: error.to_string(),
    })
}

fn require_type(
    what: &'static str,
    found: String,
    expected: &'static str,
) -> Result<(), PullError> {
    if found == expected {
        Ok(())
    } else {
        Err(PullError::MediaType {
            what,
            found,
            expected,
        })
    }
}

pub(super) fn malformed(what: &'static str, error: &serde_json::Error) -> PullError {
    PullError::Malformed {
        what,
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn plugin() -> Value {
        json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": Digest::of(b"config").to_string(), "size": 6},
            "layers": [{"mediaType": LAYER, "digest": Digest::of(b"wasm").to_string(), "size": 4}],
        })
    }

    fn read(change: impl Fn(&mut Value)) -> Result<Artifact, PullError> {
        let mut document = plugin();
        change(&mut document);
        read_manifest(document.to_string().as_bytes(), "r.example/p:1", 1000)
    }

    #[test]
    fn a_plugin_is_a_configuration_and_one_layer() {
        let expected = Artifact {
            config: Blob {
                digest: Digest::of(b"config"),
                size: 6,
            },
            component: Blob {
                digest: Digest::of(b"wasm"),
                size: 4,
            },
        };
        assert_eq!(read(|_| {}), Ok(expected));
    }

    #[test]
    fn every_other_artifact_is_refused_with_its_own_reason() {
        let index = PullError::IsIndex {
            reference: "r.example/p:1".into(),
        };
        assert_eq!(read(|d| d["manifests"] = json!([])), Err(index.clone()));
        assert_eq!(
            read(|d| d["mediaType"] = json!("application/vnd.oci.image.index.v1+json")),
            Err(index)
        );
        assert_eq!(read(|d| d["layers"] = json!([])), Err(PullError::Layers(0)));
        assert_eq!(
            read(|d| d["layers"] = json!([d["layers"][0], d["layers"][0]])),
            Err(PullError::Layers(2))
        );
        let image = "application/vnd.oci.image.config.v1+json";
        assert_eq!(
            read(|d| d["config"]["mediaType"] = json!(image)),
            Err(PullError::MediaType {
                what: "the artifact's config",
                found: image.into(),
                expected: CONFIG
            })
        );
        let tar = "application/vnd.oci.image.layer.v1.tar+gzip";
        assert_eq!(
            read(|d| d["layers"][0]["mediaType"] = json!(tar)),
            Err(PullError::MediaType {
                what: "the artifact's layer",
                found: tar.into(),
                expected: LAYER
            })
        );
        assert_eq!(
            read(|d| d["layers"][0]["size"] = json!(1001)),
            Err(PullError::TooLarge {
                what: "the component",
                cap: 1000
            })
        );
        assert!(matches!(
            read(|d| d["layers"][0]["digest"] = json!("md5:1")),
            Err(PullError::Malformed { .. })
        ));
        assert!(matches!(
            read(|d| d["schemaVersion"] = json!(1)),
            Err(PullError::Malformed { .. })
        ));
        assert!(matches!(
            read(|d| d["config"] = Value::Null),
            Err(PullError::Malformed { .. })
        ));
    }

    #[test]
    fn an_artifact_for_another_platform_is_refused() {
        assert_eq!(
            check_config(br#"{"architecture":"wasm","os":"wasip2","layerDigests":[]}"#),
            Ok(())
        );
        let found = PullError::Platform {
            found: "linux/amd64".into(),
        };
        assert_eq!(
            check_config(br#"{"architecture":"amd64","os":"linux"}"#),
            Err(found)
        );
    }
}
