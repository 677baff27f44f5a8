//! What is in the registry. Nothing here does I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use maquette_host::Digest;
use serde_json::{Value, json};

use crate::registry::{KnownImage, KnownReferrer, RegistryTarget};

pub(super) const REPOSITORY: &str = "shop/web";
/// Tags besides those that have a meaning.
const TAGS: usize = 25;
/// Referrers of each of two types.
const REFERRERS: usize = 8;
pub(super) const MOVING: &str = "moving";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const REVISION: &str = "org.opencontainers.image.revision";

pub(super) type Shared = Arc<Mutex<Shelf>>;

#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) token: String,
    /// Manifests and indexes with their media types, and blobs, by digest.
    pub(super) documents: BTreeMap<String, (&'static str, Vec<u8>)>,
    /// Digests that a tag named, the first one first.
    pub(super) tags: BTreeMap<String, Vec<String>>,
    pub(super) referrers: BTreeMap<String, Vec<Value>>,
}

impl Shelf {
    /// Puts everything there that rules look at.
    pub(super) fn fill(&mut self) -> RegistryTarget {
        let image = self.image("1", "amd64");
        let arm = self.image("2", "arm64");
        let index = json!({
            "schemaVersion": 2, "mediaType": INDEX,
            "manifests": [descriptor(&image, "linux/amd64"), descriptor(&arm, "linux/arm64")],
            "annotations": { REVISION: "of-the-index" },
        });
        let index = self.keep(INDEX, &index);
        for number in 0..TAGS {
            self.tag(&format!("v{number}"), &image);
        }
        for (tag, digest) in [("latest", &image), ("multi", &index), (MOVING, &image)] {
            self.tag(tag, digest);
        }
        RegistryTarget {
            repository: REPOSITORY.to_owned(),
            tags: self.tags.keys().cloned().collect(),
            referrers: self.refer(&image),
            image: KnownImage {
                tag: "latest".to_owned(),
                digest: image,
                media_type: MANIFEST.to_owned(),
                created: Some(created("1")),
                platforms: BTreeSet::from(["linux/amd64".to_owned()]),
                labels: labels("1"),
            },
            index: KnownImage {
                tag: "multi".to_owned(),
                digest: index,
                media_type: INDEX.to_owned(),
                created: Some(created("1")),
                platforms: ["linux/amd64", "linux/arm64"].map(str::to_owned).into(),
                labels: BTreeMap::from([
                    (REVISION.to_owned(), "of-the-index".to_owned()),
                    ("tier".to_owned(), "web".to_owned()),
                ]),
            },
            moving: None,
        }
    }

    /// An image that differs from others by its day, and its digest.
    pub(super) fn image(&mut self, day: &str, architecture: &str) -> String {
        let config = json!({
            "created": created(day), "os": "linux", "architecture": architecture,
            "config": { "Labels": labels(day) }, "rootfs": { "type": "layers", "diff_ids": [] },
        });
        let size = config.to_string().len();
        let config = self.keep(CONFIG, &config);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
            "config": { "mediaType": CONFIG, "digest": config, "size": size },
        });
        self.keep(MANIFEST, &manifest)
    }

    fn refer(&mut self, subject: &str) -> BTreeSet<KnownReferrer> {
        let mut known = BTreeSet::new();
        for number in 0..2 * REFERRERS {
            let artifact_type = [
                "application/vnd.example.sbom",
                "application/vnd.example.signature",
            ]
            .into_iter()
            .cycle()
            .nth(number)
            .unwrap_or_default();
            let digest = Digest::of(format!("referrer {number}").as_bytes()).to_string();
            let entry = json!({
                "mediaType": MANIFEST, "digest": digest, "size": 100, "artifactType": artifact_type,
            });
            self.referrers
                .entry(subject.to_owned())
                .or_default()
                .push(entry);
            known.insert(KnownReferrer {
                digest,
                artifact_type: artifact_type.to_owned(),
            });
        }
        known
    }

    fn keep(&mut self, media_type: &'static str, document: &Value) -> String {
        let bytes = document.to_string().into_bytes();
        let digest = Digest::of(&bytes).to_string();
        self.documents.insert(digest.clone(), (media_type, bytes));
        digest
    }

    pub(super) fn tag(&mut self, tag: &str, digest: &str) {
        let named = self.tags.entry(tag.to_owned()).or_default();
        named.push(digest.to_owned());
    }
}

pub(super) fn locked(state: &Shared) -> MutexGuard<'_, Shelf> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn created(day: &str) -> String {
    format!("2026-01-0{day}T00:00:00Z")
}

fn labels(day: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (REVISION.to_owned(), format!("commit-{day}")),
        ("tier".to_owned(), "web".to_owned()),
    ])
}

fn descriptor(digest: &str, platform: &str) -> Value {
    let (os, architecture) = platform.split_once('/').unwrap_or((platform, ""));
    json!({
        "mediaType": MANIFEST, "digest": digest, "size": 100,
        "platform": { "os": os, "architecture": architecture },
    })
}
