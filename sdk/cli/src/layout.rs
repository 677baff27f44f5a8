//! Artifacts in one file: an OCI image layout in a tar archive
//! (<https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>), which other tools read, too.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use anyhow::{Context as _, bail, ensure};
use maquette_host::Digest;
use serde_json::{Value, json};

use crate::registry::Stored;

/// Largest file within an archive, in bytes: a layer of the operator's own image fits.
const MAX_FILE: u64 = 256 << 20;
/// Most files of an archive.
const MAX_FILES: usize = 1000;
const TAG: &str = "org.opencontainers.image.ref.name";
const VERSION: &str = "{\"imageLayoutVersion\":\"1.0.0\"}";

/// Manifests, and the blobs that they are made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) manifests: Vec<Entry>,
    blobs: BTreeMap<String, Vec<u8>>,
}

/// A manifest, with its tag where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) manifest: Stored,
    pub(crate) tag: Option<String>,
}

impl Layout {
    /// Adds a blob.
    pub(crate) fn add_blob(&mut self, bytes: Vec<u8>) {
        self.blobs.insert(Digest::of(&bytes).to_string(), bytes);
    }

    /// A blob by its digest.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) fn blob(&self, digest: &Digest) -> anyhow::Result<&[u8]> {
        let found = self.blobs.get(&digest.to_string());
        found
            .map(Vec::as_slice)
            .with_context(|| format!("it lacks the blob {digest}"))
    }

    /// The archive. The same artifacts give the same bytes.
    ///
    /// # Errors
    /// A manifest is not JSON.
    pub(crate) fn to_tar(&self) -> anyhow::Result<Vec<u8>> {
        let mut entries = Vec::new();
        for Entry { manifest, tag } in &self.manifests {
            let mut entry = manifest.descriptor()?;
            if let (Some(tag), Some(fields)) = (tag, entry.as_object_mut()) {
                fields.insert("annotations".to_owned(), json!({ TAG: tag }));
            }
            entries.push(entry);
        }
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": entries,
        });
        let mut files = BTreeMap::from([
            ("oci-layout".to_owned(), VERSION.as_bytes().to_vec()),
            ("index.json".to_owned(), index.to_string().into_bytes()),
        ]);
        for (digest, bytes) in &self.blobs {
            files.insert(blob_path(digest), bytes.clone());
        }
        for Entry { manifest, .. } in &self.manifests {
            files.insert(
                blob_path(&manifest.digest.to_string()),
                manifest.bytes.clone(),
            );
        }
        let mut archive = tar::Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, path, bytes.as_slice())?;
        }
        Ok(archive.into_inner()?)
    }

    /// What is in an archive. Every blob is what its name says.
    ///
    /// # Errors
    /// It is no layout, or something in it is not what its digest says.
    pub(crate) fn from_tar(archive: &[u8]) -> anyhow::Result<Self> {
        let mut files = files(archive)?;
        let index = files
            .remove("index.json")
            .context("it is no OCI image layout: it has no index.json")?;
        let index: Value = serde_json::from_slice(&index).context("its index.json is not JSON")?;
        let mut layout = Self::default();
        for (path, bytes) in files {
            if let Some(hex) = path.strip_prefix("blobs/sha256/") {
                let digest = Digest::of(&bytes);
                ensure!(
                    digest.hex() == hex,
                    "{path} is not what its name says; do not use this file"
                );
                layout.blobs.insert(digest.to_string(), bytes);
            }
        }
        let entries = index.get("manifests").and_then(Value::as_array);
        for entry in entries.context("its index.json lists no manifests")? {
            let digest = entry.get("digest").and_then(Value::as_str);
            let bytes = layout
                .blobs
                .remove(digest.unwrap_or_default())
                .context("its index.json names a manifest that is not there")?;
            let tag = entry.get("annotations").and_then(|all| all.get(TAG));
            layout.manifests.push(Entry {
                manifest: Stored::new(bytes),
                tag: tag.and_then(Value::as_str).map(str::to_owned),
            });
        }
        Ok(layout)
    }
}

/// Blobs that a manifest is made of: its configuration and layers.
///
/// # Errors
/// It is no manifest.
pub(crate) fn parts(manifest: &Stored) -> anyhow::Result<Vec<(Digest, u64)>> {
    let document = manifest.json()?;
    let layers = document.get("layers").and_then(Value::as_array);
    let mut parts = Vec::new();
    for part in document
        .get("config")
        .into_iter()
        .chain(layers.into_iter().flatten())
    {
        let digest = part.get("digest").and_then(Value::as_str);
        let size = part.get("size").and_then(Value::as_u64);
        match (digest, size) {
            (Some(digest), Some(size)) => parts.push((digest.parse()?, size)),
            _ => bail!("the manifest {} is malformed", manifest.digest),
        }
    }
    Ok(parts)
}

fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

fn files(archive: &[u8]) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(Cursor::new(archive));
    for entry in archive.entries().context("it is no tar archive")? {
        let entry = entry.context("it is no tar archive")?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path()?.to_string_lossy().into_owned();
        let path = path.trim_start_matches("./").to_owned();
        let mut bytes = Vec::new();
        entry.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        ensure!(
            bytes.len() as u64 <= MAX_FILE,
            "{path} in it has more than {} MiB",
            MAX_FILE >> 20
        );
        files.insert(path, bytes);
        ensure!(
            files.len() <= MAX_FILES,
            "it has more than {MAX_FILES} files"
        );
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::{Entry, Layout};
    use crate::registry::Stored;

    fn layout() -> Layout {
        let mut layout = Layout::default();
        layout.add_blob(b"component".to_vec());
        layout.manifests.push(Entry {
            manifest: Stored::new(b"{\"layers\":[]}".to_vec()),
            tag: Some("1.0.0".to_owned()),
        });
        layout
    }

    #[test]
    fn what_is_saved_is_loaded_and_the_same_is_the_same_file() {
        let archive = layout().to_tar().unwrap();
        assert_eq!(Layout::from_tar(&archive).unwrap(), layout());
        assert_eq!(layout().to_tar().unwrap(), archive);
    }

    #[test]
    fn what_was_changed_within_is_refused() {
        let archive = layout().to_tar().unwrap();
        let at = archive
            .windows(9)
            .position(|it| it == b"component")
            .unwrap();
        let mut changed = archive;
        changed[at] = b'k';
        let told = Layout::from_tar(&changed).unwrap_err().to_string();
        assert!(told.contains("not what its name says"), "{told}");
        assert!(Layout::from_tar(b"some text").is_err());
    }
}
