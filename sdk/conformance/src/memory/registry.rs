//! A registry in memory with one repository, as the OCI distribution specification 1.1 describes it.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v2/{repository}/tags/list?last=…` | `{"name", "tags"}`, ten tags at most, and `Link` with `rel="next"` where there are more |
//! | `GET /v2/{repository}/manifests/{tag or digest}` | the manifest or index |
//! | `GET /v2/{repository}/blobs/{digest}` | the blob |
//! | `GET /v2/{repository}/referrers/{digest}?artifactType=…` | an index of what refers to it, ten at most, and `Link` as above; not filtered |
//! | `GET /first/{repository}/{tag}` | the manifest that the tag named first, as a cache would that is never renewed |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. What does not exist is 404.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use maquette_host::Digest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::registry::{KnownImage, KnownReferrer, Pusher, RegistryTarget};

const REPOSITORY: &str = "shop/web";
/// Most items of one page.
const PAGE: usize = 10;
/// Tags besides those that have a meaning.
const TAGS: usize = 25;
/// Referrers of each of two types.
const REFERRERS: usize = 8;
const MOVING: &str = "moving";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const REVISION: &str = "org.opencontainers.image.revision";

/// A running registry; ends with this value. Give [`RegistryServer::target`] to the subject.
pub struct RegistryServer {
    address: SocketAddr,
    target: RegistryTarget,
    server: JoinHandle<io::Result<()>>,
}

type Shared = Arc<Mutex<Shelf>>;

#[derive(Debug, Default)]
struct Shelf {
    token: String,
    /// Manifests and indexes with their media types, and blobs, by digest.
    documents: BTreeMap<String, (&'static str, Vec<u8>)>,
    /// Digests that a tag named, the first one first.
    tags: BTreeMap<String, Vec<String>>,
    referrers: BTreeMap<String, Vec<Value>>,
}

impl RegistryServer {
    /// Starts with its repository, for one token, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(token: &str) -> io::Result<Self> {
        let mut shelf = Shelf {
            token: token.to_owned(),
            ..Shelf::default()
        };
        let mut target = shelf.fill();
        let state: Shared = Arc::new(Mutex::new(shelf));
        target.moving = Some((MOVING.to_owned(), Arc::new(ByHand(state.clone()))));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new().fallback(answer).with_state(state);
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            target,
            server,
        })
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is in it.
    pub fn target(&self) -> RegistryTarget {
        self.target.clone()
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shelf {
    /// Puts everything there that rules look at.
    fn fill(&mut self) -> RegistryTarget {
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
    fn image(&mut self, day: &str, architecture: &str) -> String {
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

    fn tag(&mut self, tag: &str, digest: &str) {
        let named = self.tags.entry(tag.to_owned()).or_default();
        named.push(digest.to_owned());
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let right = format!("Bearer {}", self.token);
        let given = headers.get(header::AUTHORIZATION);
        given.is_some_and(|value| value.as_bytes() == right.as_bytes())
    }

    /// What is at this path below `/v2/{repository}/`.
    fn find(&self, path: &str, query: &BTreeMap<String, String>) -> Option<Response> {
        match path.split_once('/')? {
            ("tags", "list") => {
                let last = query.get("last").map_or("", String::as_str);
                let mut rest = self.tags.keys().filter(|tag| tag.as_str() > last);
                let tags: Vec<&String> = rest.by_ref().take(PAGE).collect();
                let next = rest.next().and_then(|_| tags.last());
                let next = next.map(|last| format!("tags/list?last={last}&n={PAGE}"));
                let body = json!({ "name": REPOSITORY, "tags": tags });
                Some(page("application/json", &body, next))
            }
            ("manifests", reference) => {
                let named = self.tags.get(reference).and_then(|named| named.last());
                self.document(named.map_or(reference, String::as_str))
            }
            ("blobs", digest) => self.document(digest),
            ("referrers", digest) => {
                let all = self.referrers.get(digest).map_or(&[][..], Vec::as_slice);
                let from: usize = query
                    .get("from")
                    .and_then(|from| from.parse().ok())
                    .unwrap_or(0);
                let items: Vec<&Value> = all.iter().skip(from).take(PAGE).collect();
                let more = from + PAGE < all.len();
                let next = more.then(|| format!("referrers/{digest}?from={}", from + PAGE));
                let body = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": items });
                Some(page(INDEX, &body, next))
            }
            _ => None,
        }
    }

    fn document(&self, digest: &str) -> Option<Response> {
        let (media_type, bytes) = self.documents.get(digest)?;
        let headers = [
            ("content-type", *media_type),
            ("docker-content-digest", digest),
        ];
        Some((headers, bytes.clone()).into_response())
    }
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

fn page(media_type: &str, body: &Value, next: Option<String>) -> Response {
    let mut headers = vec![(header::CONTENT_TYPE, media_type.to_owned())];
    if let Some(next) = next {
        headers.push((
            header::LINK,
            format!("</v2/{REPOSITORY}/{next}>; rel=\"next\""),
        ));
    }
    let mut response = body.to_string().into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn answer(State(state): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let shelf = locked(&state);
    if !shelf.admits(&headers) {
        let error = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "no such token" }] });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = query.into_owned().collect();
    let below = |start: &str| {
        let rest = uri.path().strip_prefix(start)?.strip_prefix(REPOSITORY)?;
        rest.strip_prefix('/')
    };
    let first = || {
        let named = shelf.tags.get(below("/first/")?)?;
        shelf.document(named.first()?)
    };
    let found = below("/v2/")
        .and_then(|path| shelf.find(path, &query))
        .or_else(first);
    found.unwrap_or_else(|| {
        let error = json!({ "errors": [{ "code": "NOT_FOUND", "message": "no such thing" }] });
        (StatusCode::NOT_FOUND, Json(error)).into_response()
    })
}

fn locked(state: &Shared) -> MutexGuard<'_, Shelf> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whoever may push.
struct ByHand(Shared);

impl Pusher for ByHand {
    fn move_tag(&self, _: &str, tag: &str) -> Result<String, String> {
        let mut there = locked(&self.0);
        let digest = there.image("3", "amd64");
        there.tag(tag, &digest);
        Ok(digest)
    }
}
