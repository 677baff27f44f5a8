//! Offers one component as an artifact on loopback. The host takes plugins from registries only, and this way a file
//! passes every check that a published plugin passes.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maquette_host::{Digest, Version, Wanted};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// Name of the only repository.
const REPOSITORY: &str = "local";

/// A registry with one artifact, as long as this value lives.
pub struct Offer {
    server: JoinHandle<io::Result<()>>,
    wanted: Wanted,
}

struct Document {
    kind: &'static str,
    media_type: &'static str,
    digest: Digest,
    bytes: Vec<u8>,
}

impl Document {
    fn new(kind: &'static str, media_type: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            media_type,
            digest: Digest::of(&bytes),
            bytes,
        }
    }

    fn descriptor(&self) -> serde_json::Value {
        json!({ "mediaType": self.media_type, "digest": self.digest.to_string(), "size": self.bytes.len() })
    }
}

impl Offer {
    /// Starts the registry on a port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(wasm: Vec<u8>) -> io::Result<Self> {
        let layer = Document::new("blobs", LAYER, wasm);
        let config = json!({ "architecture": "wasm", "os": "wasip2", "layerDigests": [layer.digest.to_string()] });
        let config = Document::new("blobs", CONFIG, config.to_string().into_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": config.descriptor(), "layers": [layer.descriptor()],
        });
        let manifest = Document::new("manifests", MANIFEST, manifest.to_string().into_bytes());

        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let repository = format!("{}/{REPOSITORY}", listener.local_addr()?)
            .parse()
            .map_err(io::Error::other)?;
        let wanted = Wanted::new(repository, Version::Digest(manifest.digest.clone()));
        let routes = Router::new()
            .route("/v2/", get(|| async { "{}" }))
            .route(&format!("/v2/{REPOSITORY}/{{kind}}/{{digest}}"), get(serve))
            .with_state(Arc::new([layer, config, manifest]));
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self { server, wanted })
    }

    /// What to install.
    pub fn wanted(&self) -> Wanted {
        self.wanted.clone()
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    State(documents): State<Arc<[Document; 3]>>,
    Path((kind, digest)): Path<(String, String)>,
) -> Response {
    let found = documents
        .iter()
        .find(|document| document.kind == kind && document.digest.to_string() == digest);
    match found {
        Some(document) => {
            let digest_header = header::HeaderName::from_static("docker-content-digest");
            let headers = [
                (header::CONTENT_TYPE, document.media_type.to_owned()),
                (digest_header, digest),
            ];
            (headers, document.bytes.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
