//! Offers one file as an artifact on loopback. The host takes plugins from registries only, and this way a file
//! passes every check that a published plugin passes.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maquette_host::{Digest, Inspection, Manifest, Version, Wanted};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::registry::{Artifact, Created};

/// Name of the only repository.
const REPOSITORY: &str = "local";

/// A registry with one artifact, as long as this value lives.
pub(super) struct Offer {
    server: JoinHandle<std::io::Result<()>>,
    wanted: Wanted,
}

impl Offer {
    /// Starts the registry on a port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub(super) async fn start(
        wasm: Vec<u8>,
        inspection: &Inspection,
        manifest: &Manifest,
    ) -> anyhow::Result<Self> {
        let artifact = Artifact::new(wasm, inspection, manifest, &Created::from_epoch(None)?)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("no port on 127.0.0.1 is free")?;
        let wanted = Wanted::new(
            format!("{}/{REPOSITORY}", listener.local_addr()?).parse()?,
            Version::Digest(artifact.digest()),
        );
        let routes = Router::new()
            .route("/v2/", get(|| async { "{}" }))
            .route(&format!("/v2/{REPOSITORY}/{{kind}}/{{digest}}"), get(serve))
            .with_state(Arc::new(artifact));
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self { server, wanted })
    }

    /// What to install.
    pub(super) fn wanted(&self) -> Wanted {
        self.wanted.clone()
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    State(artifact): State<Arc<Artifact>>,
    Path((kind, digest)): Path<(String, String)>,
) -> Response {
    let found = artifact
        .documents()
        .into_iter()
        .find(|document| document.kind == kind && Digest::of(document.bytes).to_string() == digest);
    match found {
        Some(document) => {
            let headers = [
                (header::CONTENT_TYPE, document.media_type.to_owned()),
                (
                    header::HeaderName::from_static("docker-content-digest"),
                    digest,
                ),
            ];
            (headers, document.bytes.to_vec()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
