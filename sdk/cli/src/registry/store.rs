//! Manifests and blobs of any kind.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use http::HeaderValue;
use maquette_host::{AttestationLayer, Digest, Repository, Version};
use oci_client::RegistryOperation;
use oci_client::manifest::OciDescriptor;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Client;
use super::artifact::MANIFEST_TYPE;
use super::client::is_absent;
use super::stored::{INDEX_TYPE, Stored, referrers_tag, statements_tag};

/// Largest blob that is read, in bytes; that of a component.
const MAX_BLOB: u64 = 32 << 20;
/// Signed statements that are read of one manifest.
const MAX_STATEMENTS: usize = 32;
const ACCEPTED: [&str; 2] = [MANIFEST_TYPE, INDEX_TYPE];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl Client {
    pub(crate) fn repository(&self) -> &Repository {
        &self.target.repository
    }

    /// A manifest; nothing where there is none.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses, or gives something else than its digest says.
    pub(crate) async fn manifest(&self, version: &Version) -> anyhow::Result<Option<Stored>> {
        let reference = self.target.at(version);
        let auth = self.login.auth();
        let found = self
            .oci
            .pull_manifest_raw(&reference, &auth, &ACCEPTED)
            .await;
        let (bytes, _) = match found {
            Ok(found) => found,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(self.explain(error)),
        };
        let stored = Stored::new(bytes.to_vec());
        if let Version::Digest(wanted) = version {
            ensure!(
                stored.digest == *wanted,
                "the registry gives {} for {reference}; do not use it",
                stored.digest
            );
        }
        Ok(Some(stored))
    }

    /// A blob, verified against its digest.
    ///
    /// # Errors
    /// It does not exist, is too large, or is not what its digest says.
    pub(crate) async fn blob(&self, digest: &Digest, size: u64) -> anyhow::Result<Vec<u8>> {
        ensure!(
            size <= MAX_BLOB,
            "{digest} has {size} bytes; {MAX_BLOB} are accepted"
        );
        let descriptor = OciDescriptor {
            digest: digest.to_string(),
            size: i64::try_from(size)?,
            ..OciDescriptor::default()
        };
        let reference = self.target.at(&Version::Digest(digest.clone()));
        let mut bytes = Vec::new();
        self.oci
            .pull_blob(&reference, &descriptor, &mut bytes)
            .await
            .map_err(|error| self.explain(error))?;
        ensure!(
            Digest::of(&bytes) == *digest,
            "{digest} is not what its digest says; do not use it"
        );
        Ok(bytes)
    }

    /// Logs in for writing.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn log_in_to_push(&self, version: &Version) -> anyhow::Result<()> {
        self.oci
            .auth(
                &self.target.at(version),
                &self.login.auth(),
                RegistryOperation::Push,
            )
            .await
            .map_err(|error| self.explain(error))?;
        Ok(())
    }

    /// Writes a blob where it is not there yet.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn put_blob(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let digest = Digest::of(bytes);
        let reference = self.target.at(&Version::Digest(digest.clone()));
        let digest = digest.to_string();
        // A registry that cannot say whether it has a blob is given it.
        let is_there = self.oci.blob_exists(&reference, &digest).await;
        if !is_there.unwrap_or(false) {
            self.oci
                .push_blob(&reference, bytes.to_vec(), &digest)
                .await
                .map_err(|error| self.explain(error))?;
        }
        Ok(())
    }

    /// Writes a manifest under a tag or its digest.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn put_manifest(
        &self,
        version: &Version,
        manifest: &Stored,
    ) -> anyhow::Result<()> {
        let media_type = HeaderValue::from_str(&manifest.media_type()?)?;
        self.oci
            .push_manifest_raw(&self.target.at(version), manifest.bytes.clone(), media_type)
            .await
            .map_err(|error| self.explain(error))?;
        Ok(())
    }

    /// Digests of what says that it is about this manifest.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn referrers(&self, digest: &Digest) -> anyhow::Result<Vec<Digest>> {
        let listed = self.typed_referrers(digest).await?;
        Ok(listed.into_iter().map(|(_, digest)| digest).collect())
    }

    /// The same with the type that each has.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn typed_referrers(
        &self,
        digest: &Digest,
    ) -> anyhow::Result<Vec<(String, Digest)>> {
        let reference = self.target.at(&Version::Digest(digest.clone()));
        let index = self
            .oci
            .pull_referrers(&reference, None)
            .await
            .map_err(|error| self.explain(error))?;
        let entries = index.manifests.into_iter().map(|entry| {
            let kind = entry.artifact_type.unwrap_or(entry.media_type);
            Ok((kind, entry.digest.parse()?))
        });
        entries.collect()
    }

    /// Signed statements about this manifest, whoever signed them.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses, or gives something else than its digests say.
    pub(crate) async fn statements(
        &self,
        digest: &Digest,
    ) -> anyhow::Result<(Option<Stored>, Vec<AttestationLayer>)> {
        let Some(manifest) = self.manifest(&statements_tag(digest)?).await? else {
            return Ok((None, Vec::new()));
        };
        let document = manifest.json()?;
        let listed = document.get("layers").and_then(Value::as_array);
        let mut layers = Vec::new();
        for layer in listed.into_iter().flatten().take(MAX_STATEMENTS) {
            let layer: Layer = serde_json::from_value(layer.clone())
                .with_context(|| format!("the manifest {} is malformed", manifest.digest))?;
            if layer.media_type == AttestationLayer::MEDIA_TYPE {
                layers.push(AttestationLayer {
                    envelope: self.blob(&layer.digest.parse()?, layer.size).await?,
                    annotations: layer.annotations,
                });
            }
        }
        Ok((Some(manifest), layers))
    }

    /// Writes a manifest that is about another one, so that everybody who looks at that one finds it. False where it is
    /// there already. Its blobs have to be there.
    ///
    /// # Errors
    /// The registry cannot be reached or refuses.
    pub(crate) async fn put_referrer(
        &self,
        subject: &Digest,
        manifest: &Stored,
    ) -> anyhow::Result<bool> {
        if self.referrers(subject).await?.contains(&manifest.digest) {
            return Ok(false);
        }
        let version = Version::Digest(manifest.digest.clone());
        self.put_manifest(&version, manifest).await?;
        if self.referrers(subject).await?.contains(&manifest.digest) {
            return Ok(true);
        }
        // The registry keeps no list, so that who writes keeps it.
        let tag = referrers_tag(subject)?;
        let existing = self.manifest(&tag).await?;
        let mut entries = match &existing {
            Some(index) => index
                .json()?
                .get("manifests")
                .and_then(Value::as_array)
                .cloned(),
            None => None,
        }
        .unwrap_or_default();
        let mut entry = manifest.descriptor()?;
        let document = manifest.json()?;
        for field in ["artifactType", "annotations"] {
            if let (Some(value), Some(entry)) = (document.get(field), entry.as_object_mut()) {
                entry.insert(field.to_owned(), value.clone());
            }
        }
        entries.push(entry);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries });
        self.put_manifest(&tag, &Stored::new(index.to_string().into_bytes()))
            .await?;
        Ok(true)
    }
}
