//! Pushing an image (OCI distribution specification 1.1, monolithic upload: POST then PUT).

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{Request, StatusCode, Uri};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Image, ImageError};
use crate::http::{HttpError, expect_success, send};

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

pub(super) async fn push(
    image: &Image,
    registry: &str,
    name: &str,
    tag: &str,
) -> Result<String, ImageError> {
    let mut layers = Vec::new();
    for layer in &image.layers {
        layers.push(blob(registry, name, LAYER, layer.archive()?).await?);
    }
    // Layers are not compressed, so a layer's digest is also its diff id.
    let diff_ids: Vec<Value> = layers
        .iter()
        .filter_map(|layer| layer.get("digest").cloned())
        .collect();
    let config = serde_json::to_vec(&config(image, &diff_ids))?;
    let config = blob(registry, name, CONFIG, config).await?;
    let manifest =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
    let manifest = serde_json::to_vec(&manifest)?;
    let digest = digest(&manifest);
    let request = Request::put(format!("/v2/{name}/manifests/{tag}"))
        .header(CONTENT_TYPE, MANIFEST)
        .body(Bytes::from(manifest));
    expect_success(registry, request.map_err(HttpError::from)?).await?;
    Ok(digest)
}

/// The digests are those of the layers before they are compressed.
pub(super) fn config(image: &Image, diff_ids: &[Value]) -> Value {
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        "x86_64" => "amd64",
        other => other,
    };
    json!({
        "architecture": architecture,
        "os": "linux",
        "config": image.config,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    })
}

/// Uploads a blob unless the registry has it, and returns its descriptor.
async fn blob(
    registry: &str,
    name: &str,
    media_type: &str,
    bytes: Vec<u8>,
) -> Result<Value, ImageError> {
    let digest = digest(&bytes);
    let descriptor = json!({"mediaType": media_type, "digest": digest, "size": bytes.len()});
    let look = Request::head(format!("/v2/{name}/blobs/{digest}"))
        .header(ACCEPT, "*/*")
        .body(Bytes::new())
        .map_err(HttpError::from)?;
    if send(registry, look).await?.status == StatusCode::OK {
        return Ok(descriptor);
    }
    let ask = Request::post(format!("/v2/{name}/blobs/uploads/"))
        .body(Bytes::new())
        .map_err(HttpError::from)?;
    let offered = expect_success(registry, ask).await?;
    let location = offered
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|location| upload_path(location, &digest));
    let location = location.ok_or_else(|| ImageError::NoLocation(registry.to_owned()))?;
    let upload = Request::put(location)
        .header(CONTENT_TYPE, "application/octet-stream")
        .body(Bytes::from(bytes))
        .map_err(HttpError::from)?;
    expect_success(registry, upload).await?;
    Ok(descriptor)
}

/// The Location may be absolute or a path, with or without a query; the digest is added to it.
fn upload_path(location: &str, digest: &str) -> Option<String> {
    let uri: Uri = location.parse().ok()?;
    let path = uri.path_and_query()?.as_str();
    let separator = if path.contains('?') { '&' } else { '?' };
    Some(format!("{path}{separator}digest={digest}"))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{ImageConfig, Layer};

    #[test]
    fn an_upload_goes_to_the_given_location_whatever_its_form() {
        assert_eq!(
            upload_path("http://r:5000/v2/a/blobs/uploads/1?_state=x", "sha256:0").as_deref(),
            Some("/v2/a/blobs/uploads/1?_state=x&digest=sha256:0")
        );
        assert_eq!(
            upload_path("/v2/a/blobs/uploads/1", "sha256:0").as_deref(),
            Some("/v2/a/blobs/uploads/1?digest=sha256:0")
        );
    }

    #[test]
    fn the_configuration_names_only_what_was_set() {
        let config = ImageConfig {
            entrypoint: vec!["/pause".into()],
            ..ImageConfig::default()
        };
        let image = Image::new(Layer::new(), config);
        let value = super::config(&image, &[json!("sha256:0")]);
        assert_eq!(value["config"], json!({"Entrypoint": ["/pause"]}));
        assert_eq!(
            value["rootfs"],
            json!({"type": "layers", "diff_ids": ["sha256:0"]})
        );
    }
}
