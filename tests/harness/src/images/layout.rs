//! An image in one file: an OCI image layout in a tar archive, which every tool for images reads
//! (<https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>).

use std::collections::BTreeMap;

use flate2::{Compression, GzBuilder};
use serde_json::json;
use std::io::Write as _;

use super::push::{CONFIG, MANIFEST, config, digest};
use super::{Image, ImageError};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

pub(super) fn layout(
    image: &Image,
    tag: &str,
    annotations: &[(&str, &str)],
) -> Result<Vec<u8>, ImageError> {
    let mut files = BTreeMap::new();
    let mut keep = |media_type: &str, bytes: Vec<u8>| {
        let digest = digest(&bytes);
        let descriptor = json!({"mediaType": media_type, "digest": digest, "size": bytes.len()});
        files.insert(format!("blobs/{}", digest.replace(':', "/")), bytes);
        descriptor
    };
    let (mut layers, mut diff_ids) = (Vec::new(), Vec::new());
    for layer in &image.layers {
        let archive = layer.archive()?;
        diff_ids.push(json!(digest(&archive)));
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::default());
        gzip.write_all(&archive).map_err(ImageError::Archive)?;
        layers.push(keep(LAYER, gzip.finish().map_err(ImageError::Archive)?));
    }
    let config = keep(CONFIG, serde_json::to_vec(&config(image, &diff_ids))?);
    let annotations: BTreeMap<_, _> = annotations.iter().copied().collect();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers, "annotations": annotations,
    });
    let mut entry = keep(MANIFEST, serde_json::to_vec(&manifest)?);
    if let Some(fields) = entry.as_object_mut() {
        let named = json!({"org.opencontainers.image.ref.name": tag});
        fields.insert("annotations".to_owned(), named);
    }
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry],
    });
    files.insert("index.json".to_owned(), serde_json::to_vec(&index)?);
    let version = b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec();
    files.insert("oci-layout".to_owned(), version);
    let mut archive = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, path, bytes.as_slice())
            .map_err(ImageError::Archive)?;
    }
    archive.into_inner().map_err(ImageError::Archive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{ImageConfig, Layer};

    #[test]
    fn the_same_image_is_the_same_file() {
        let image = || {
            let layer = Layer::new().file("/a", 0o644, "x").unwrap();
            Image::new(layer, ImageConfig::default())
        };
        let file = layout(&image(), "1", &[("a", "b")]).unwrap();
        assert_eq!(file, layout(&image(), "1", &[("a", "b")]).unwrap());
        let mut archive = tar::Archive::new(file.as_slice());
        let names: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        // Layer, configuration and manifest.
        assert_eq!(
            names
                .iter()
                .filter(|name| name.starts_with("blobs/sha256/"))
                .count(),
            3
        );
        assert!(
            names.contains(&"index.json".to_owned()) && names.contains(&"oci-layout".to_owned())
        );
    }
}
