//! The documents of a WebAssembly artifact, as the CNCF's TAG Runtime describes them
//! (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>). Pure.

use std::collections::BTreeMap;

use anyhow::Context as _;
use maquette_host::{Digest, Inspection, Manifest};
use serde::Serialize;

/// Media type of the configuration document.
pub(crate) const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
/// Media type of the component.
pub(crate) const LAYER_TYPE: &str = "application/wasm";
/// Media type of the manifest.
pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// An artifact: the component and the documents that describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) wasm: Vec<u8>,
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

/// One thing that a registry stores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Document<'a> {
    /// `manifests` or `blobs`: where the registry serves it.
    pub(crate) kind: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: &'a [u8],
}

/// The time to record, as RFC 3339 text; nothing for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Created(Option<String>);

impl Created {
    /// From `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>). Without it no time is recorded,
    /// so that the same file is the same artifact.
    ///
    /// # Errors
    /// The variable is no number of seconds.
    pub(crate) fn from_epoch(seconds: Option<&str>) -> anyhow::Result<Self> {
        let Some(text) = seconds else {
            return Ok(Self(None));
        };
        let time = text
            .parse()
            .ok()
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let time = time.with_context(|| {
            format!("SOURCE_DATE_EPOCH is `{text}`; it must be a number of seconds since 1970")
        })?;
        Ok(Self(Some(time.to_string())))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    architecture: &'static str,
    os: &'static str,
    layer_digests: Vec<String>,
    component: Component<'a>,
}

#[derive(Serialize)]
struct Component<'a> {
    exports: &'a [String],
    imports: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManifestDocument<'a> {
    schema_version: u8,
    media_type: &'static str,
    config: Descriptor,
    layers: [Descriptor; 1],
    annotations: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: &'static str,
    digest: String,
    size: usize,
}

impl Descriptor {
    fn of(media_type: &'static str, bytes: &[u8]) -> Self {
        Self {
            media_type,
            digest: Digest::of(bytes).to_string(),
            size: bytes.len(),
        }
    }
}

impl Artifact {
    /// The artifact of a component. The same input gives the same bytes.
    ///
    /// # Errors
    /// The documents cannot be written as JSON.
    pub(crate) fn new(
        wasm: Vec<u8>,
        inspection: &Inspection,
        about: &Manifest,
        created: &Created,
    ) -> anyhow::Result<Self> {
        let layer = Descriptor::of(LAYER_TYPE, &wasm);
        let config = serde_json::to_vec(&ConfigDocument {
            created: created.0.as_deref(),
            architecture: "wasm",
            os: "wasip2",
            layer_digests: vec![layer.digest.clone()],
            component: Component {
                exports: &inspection.exports,
                imports: &inspection.imports,
            },
        })?;
        let mut annotations = BTreeMap::from([
            (
                "org.opencontainers.image.description",
                about.summary.as_str(),
            ),
            ("org.opencontainers.image.title", about.name.as_str()),
            ("org.opencontainers.image.version", about.version.as_str()),
        ]);
        annotations.extend(
            created
                .0
                .as_deref()
                .map(|time| ("org.opencontainers.image.created", time)),
        );
        annotations.extend(
            about
                .docs_url
                .as_deref()
                .map(|url| ("org.opencontainers.image.documentation", url)),
        );
        let manifest = serde_json::to_vec(&ManifestDocument {
            schema_version: 2,
            media_type: MANIFEST_TYPE,
            config: Descriptor::of(CONFIG_TYPE, &config),
            layers: [layer],
            annotations,
        })?;
        Ok(Self {
            wasm,
            config,
            manifest,
        })
    }

    /// Everything that a registry stores of it.
    pub(crate) fn documents(&self) -> [Document<'_>; 3] {
        [
            Document {
                kind: "manifests",
                media_type: MANIFEST_TYPE,
                bytes: &self.manifest,
            },
            Document {
                kind: "blobs",
                media_type: "application/octet-stream",
                bytes: &self.config,
            },
            Document {
                kind: "blobs",
                media_type: "application/octet-stream",
                bytes: &self.wasm,
            },
        ]
    }

    /// What identifies it in a registry.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

#[cfg(test)]
mod tests {
    use maquette_host::{Digest, Inspection, Manifest};

    use super::{Artifact, Created};

    fn artifact(created: &Created) -> Artifact {
        let about = Manifest {
            name: "powerdns".into(),
            version: "1.2.0".into(),
            summary: "Keeps record sets".into(),
            docs_url: None,
            config_schema: serde_json::json!({ "type": "object" }),
            options: vec![],
            credentials: vec![],
            hosts: vec![],
            secret_places: vec![],
            objects: vec![],
            lacks: vec![],
        };
        let inspection = Inspection {
            imports: vec!["wasi:http/types@0.2.4".into()],
            exports: vec!["maquette:dns/dns@0.1.0".into()],
            manifest: Some(about.clone()),
            size_bytes: 4,
        };
        Artifact::new(b"wasm".to_vec(), &inspection, &about, created).unwrap()
    }

    #[test]
    fn the_documents_are_those_of_the_specification() {
        let artifact = artifact(&Created::from_epoch(Some("1700000000")).unwrap());
        let config: serde_json::Value = serde_json::from_slice(&artifact.config).unwrap();
        let layer = Digest::of(b"wasm").to_string();
        assert_eq!(
            config,
            serde_json::json!({
                "created": "2023-11-14T22:13:20Z",
                "architecture": "wasm",
                "os": "wasip2",
                "layerDigests": [layer],
                "component": { "exports": ["maquette:dns/dns@0.1.0"], "imports": ["wasi:http/types@0.2.4"] },
            })
        );
        let manifest: serde_json::Value = serde_json::from_slice(&artifact.manifest).unwrap();
        assert_eq!(
            manifest,
            serde_json::json!({
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {
                    "mediaType": "application/vnd.wasm.config.v0+json",
                    "digest": Digest::of(&artifact.config).to_string(),
                    "size": artifact.config.len(),
                },
                "layers": [{ "mediaType": "application/wasm", "digest": layer, "size": 4 }],
                "annotations": {
                    "org.opencontainers.image.created": "2023-11-14T22:13:20Z",
                    "org.opencontainers.image.description": "Keeps record sets",
                    "org.opencontainers.image.title": "powerdns",
                    "org.opencontainers.image.version": "1.2.0",
                },
            })
        );
    }

    #[test]
    fn the_same_file_is_the_same_artifact() {
        let none = Created::from_epoch(None).unwrap();
        assert_eq!(artifact(&none), artifact(&none));
        assert!(
            !String::from_utf8(artifact(&none).manifest)
                .unwrap()
                .contains("created")
        );
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        assert!(Created::from_epoch(Some("yesterday")).is_err());
        assert!(Created::from_epoch(Some("99999999999999999")).is_err());
    }
}
