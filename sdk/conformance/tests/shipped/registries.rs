//! A real docker-registry with a repository in it, pushed as any client does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use base64::Engine as _;
use maquette_conformance::registry::{KnownImage, KnownReferrer, Pusher, RegistryTarget};
use maquette_host::Digest;
use serde_json::{Value, json};

#[path = "../../../../plugins/oci/tests/support/registry.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod server;

pub(crate) use server::{PASSWORD, Registry, USER};

const REPOSITORY: &str = "team/web";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const REVISION: &str = "org.opencontainers.image.revision";
const CREATED: &str = "2026-01-02T03:04:05Z";
/// Tags besides those that have a meaning: more than any registry puts into one page by itself.
const TAGS: usize = 120;

/// Who pushes.
#[derive(Clone)]
struct Client {
    port: u16,
    authorization: String,
}

/// A document that was pushed.
struct Pushed {
    digest: String,
    size: usize,
}

/// Pushes everything that rules look at, with this login where the registry asks for one.
pub(crate) fn fill(registry: &Registry, login: Option<&str>) -> RegistryTarget {
    let basic = |login| base64::engine::general_purpose::STANDARD.encode(login);
    let client = Client {
        port: registry.port,
        authorization: login.map_or_else(String::new, |login| format!("Basic {}", basic(login))),
    };
    let mut tags: BTreeSet<String> = (0..TAGS).map(|number| format!("v{number}")).collect();
    tags.extend(["latest", "moving"].map(str::to_owned));
    let image = client.image("amd64", "first");
    for tag in &tags {
        client.manifest(tag, &image.1);
    }
    let arm = client.image("arm64", "second");
    client.manifest("arm", &arm.1);
    let platforms = ["linux/amd64", "linux/arm64"];
    let children = [&image, &arm].into_iter().zip(platforms);
    let children: Vec<Value> = children
        .map(|((pushed, _), platform)| {
            let (os, architecture) = platform.split_once('/').unwrap();
            let platform = json!({ "os": os, "architecture": architecture });
            json!({ "mediaType": MANIFEST, "digest": pushed.digest, "size": pushed.size, "platform": platform })
        })
        .collect();
    let index = client.manifest(
        "multi",
        &json!({
            "schemaVersion": 2, "mediaType": INDEX, "manifests": children,
            "annotations": { REVISION: "of-the-index" },
        }),
    );
    let (referrers, stands_in) = client.refer(&image.0.digest);
    tags.extend(["arm".to_owned(), "multi".to_owned(), stands_in]);
    let labels = |revision: &str| {
        let pairs = [(REVISION, revision), ("tier", "web")];
        BTreeMap::from(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())))
    };
    let known =
        |tag: &str, pushed: &Pushed, media_type: &str, of: &[&str], revision: &str| KnownImage {
            tag: tag.to_owned(),
            digest: pushed.digest.clone(),
            media_type: media_type.to_owned(),
            created: Some(CREATED.to_owned()),
            platforms: of.iter().map(|platform| (*platform).to_owned()).collect(),
            labels: labels(revision),
        };
    RegistryTarget {
        repository: REPOSITORY.to_owned(),
        tags,
        image: known("latest", &image.0, MANIFEST, &platforms[..1], "first"),
        index: known("multi", &index, INDEX, &platforms, "of-the-index"),
        referrers,
        moving: Some(("moving".to_owned(), Arc::new(client))),
    }
}

impl Pusher for Client {
    fn move_tag(&self, _: &str, tag: &str) -> Result<String, String> {
        let (_, manifest) = self.image("amd64", "moved");
        Ok(self.manifest(tag, &manifest).digest)
    }
}

impl Client {
    /// An image with this revision; its manifest is there by digest only.
    fn image(&self, architecture: &str, revision: &str) -> (Pushed, Value) {
        let config = json!({
            "created": CREATED, "os": "linux", "architecture": architecture,
            "config": { "Labels": { REVISION: revision, "tier": "web" } },
            "rootfs": { "type": "layers", "diff_ids": [] },
        });
        let config = self.blob(config.to_string().as_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
            "config": { "mediaType": CONFIG, "digest": config.digest, "size": config.size },
        });
        (self.manifest("", &manifest), manifest)
    }

    /// Referrers of two types, listed under the tag that stands in for the API, because this registry has none.
    fn refer(&self, subject: &str) -> (BTreeSet<KnownReferrer>, String) {
        let types = [
            "application/vnd.example.sbom",
            "application/vnd.example.signature",
        ];
        let (mut known, mut entries) = (BTreeSet::new(), Vec::new());
        for (number, artifact_type) in types.into_iter().cycle().take(4).enumerate() {
            let (pushed, _) = self.image("unknown", &format!("referrer-{number}"));
            entries.push(json!({
                "mediaType": MANIFEST, "digest": pushed.digest, "size": pushed.size, "artifactType": artifact_type,
            }));
            known.insert(KnownReferrer {
                digest: pushed.digest,
                artifact_type: artifact_type.to_owned(),
            });
        }
        let tag = subject.replace(':', "-");
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
        self.manifest(&tag, &index);
        (known, tag)
    }

    fn blob(&self, bytes: &[u8]) -> Pushed {
        let started = self.send("POST", &format!("/v2/{REPOSITORY}/blobs/uploads/"), "", b"");
        let location = started.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location").then_some(value)
        });
        let location = location.unwrap_or_else(|| panic!("no upload: {started}"));
        let path = &location[location.find("/v2/").unwrap()..];
        let digest = Digest::of(bytes).to_string();
        let path = format!("{path}&digest={digest}");
        self.send("PUT", &path, "application/octet-stream", bytes);
        Pushed {
            digest,
            size: bytes.len(),
        }
    }

    fn manifest(&self, tag: &str, document: &Value) -> Pushed {
        let bytes = document.to_string().into_bytes();
        let digest = Digest::of(&bytes).to_string();
        let reference = if tag.is_empty() { digest.as_str() } else { tag };
        let path = format!("/v2/{REPOSITORY}/manifests/{reference}");
        self.send(
            "PUT",
            &path,
            document["mediaType"].as_str().unwrap(),
            &bytes,
        );
        Pushed {
            digest,
            size: bytes.len(),
        }
    }

    /// The head of the answer, which has to be a success.
    fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.port,
            body.len()
        );
        for (name, value) in [
            ("Content-Type", media_type),
            ("Authorization", &self.authorization),
        ] {
            if !value.is_empty() {
                head.extend([name, ": ", value, "\r\n"]);
            }
        }
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"\r\n").unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 20"),
            "{method} {path}: {answer}"
        );
        answer
    }
}
