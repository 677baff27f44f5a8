//! A registry in memory with one repository, as the OCI distribution specification 1.1 describes it.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v2/{repository}/tags/list?last=…` | `{"name", "tags"}`, ten tags at most, and `Link` with `rel="next"` where there are more |
//! | `GET /v2/{repository}/manifests/{tag or digest}` | the manifest or index |
//! | `GET /v2/{repository}/blobs/{digest}` | the blob |
//! | `GET /v2/{repository}/referrers/{digest}?artifactType=…` | an index of what refers to it, ten at most, and `Link` as above; not filtered |
//! | `DELETE /v2/{repository}/manifests/{tag}` | 202, and the tag is gone |
//! | `GET /first/{repository}/{tag}` | the manifest that the tag named first, as a cache would that is never renewed |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. What does not exist is 404.

mod requests;
mod shelf;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::registry::{Pusher, RegistryTarget};
use requests::answer;
use shelf::{MOVING, Shared, Shelf, locked};

/// A running registry; ends with this value. Give [`RegistryServer::target`] to the subject.
pub struct RegistryServer {
    address: SocketAddr,
    target: RegistryTarget,
    server: JoinHandle<io::Result<()>>,
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
