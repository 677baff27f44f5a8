//! A stand-in for a git forge, in memory, with one repository. It answers the part of the interface of Gitea and Forgejo
//! (<https://docs.gitea.com/api/>) that plugins of forges need, and where that has no such thing, as GitHub's does
//! (<https://docs.github.com/rest>): pages of comments, deployments and tokens for a clone.
//!
//! Below `/api/v1`; `{r}` is `repos/shop/web`:
//!
//! | request | answer |
//! |---|---|
//! | `GET /user` | `{"login"}`: whose token it is |
//! | `GET /{r}` | `{"full_name", "clone_url"}` |
//! | `GET /{r}/pulls?state=open\|closed\|all&page=…` | change requests, the newest first |
//! | `GET /{r}/pulls/{number}` | one, open or not |
//! | `GET /{r}/branches?page=…`, `GET /{r}/branches/{name}` | `{"name", "commit": {"id"}}` |
//! | `GET /{r}/tags?page=…` | `{"name", "commit": {"sha"}}` |
//! | `GET /{r}/collaborators/{login}/permission` | `{"permission": "admin"\|"write"\|"read"\|"none"}` |
//! | `GET /{r}/git/commits/{ref, branch, tag, or start of an object name}` | `{"sha"}` |
//! | `GET`, `POST /{r}/issues/{number}/comments` | `{"id", "body", "user": {"login"}}` |
//! | `PATCH`, `DELETE /{r}/issues/comments/{id}` | the comment, also somebody else's |
//! | `GET /{r}/commits/{sha}/statuses`, `POST /{r}/statuses/{sha}` | `{"status", "context", "description", "target_url"}`, the newest first; posted with `state` |
//! | `GET /{r}/deployments?sha=…&environment=…`, `POST /{r}/deployments` | `{"id", "ref", "environment"}` |
//! | `GET`, `POST /{r}/deployments/{id}/statuses` | `{"state", "environment_url", "log_url"}`, the newest first |
//! | `POST /{r}/clone-tokens` | `{"token", "expires_at"}` |
//! | `GET /first-tip/{branch}` | `{"sha"}`: where the branch was first, as a cache would that is never renewed |
//!
//! Lists have ten items at most in a page, and `Link` with `rel="next"` where there are more. Every request has
//! `Authorization: Bearer TOKEN`, else 401. What does not exist is 404.

mod contents;
mod hand;
mod requests;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::source::{Access, SourceTarget};

const REPOSITORY: &str = "shop/web";
/// Whose token it is.
const LOGIN: &str = "maquette";
const SOMEBODY: &str = "mallory";

/// A running stand-in for a forge; ends with this value. Give [`ForgeServer::target`] to the subject.
pub struct ForgeServer {
    address: SocketAddr,
    target: SourceTarget,
    server: JoinHandle<io::Result<()>>,
}

type Shared = Arc<Mutex<Forge>>;

#[derive(Debug, Default)]
struct Forge {
    token: String,
    /// The newest first.
    pulls: Vec<Value>,
    /// Commits that a branch was at, the first one first.
    branches: BTreeMap<String, Vec<String>>,
    tags: BTreeMap<String, String>,
    permissions: BTreeMap<String, Access>,
    comments: Vec<Comment>,
    /// By commit, the newest first.
    statuses: BTreeMap<String, Vec<Value>>,
    deployments: Vec<Deployment>,
    /// Of identifiers and commits, so that none comes twice.
    last: u64,
}

#[derive(Debug)]
struct Comment {
    id: u64,
    pull: u64,
    author: &'static str,
    body: String,
}

#[derive(Debug)]
struct Deployment {
    id: u64,
    sha: String,
    environment: String,
    /// The newest first.
    statuses: Vec<Value>,
}

impl ForgeServer {
    /// Starts with its repository, for one token and one key of webhooks, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(token: &str, webhook_key: &str) -> io::Result<Self> {
        let mut forge = Forge {
            token: token.to_owned(),
            ..Forge::default()
        };
        let mut target = forge.fill(webhook_key)?;
        let state: Shared = Arc::new(Mutex::new(forge));
        target.hand = Some(Arc::new(hand::ByHand(state.clone())));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new().fallback(requests::answer).with_state(state);
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            target,
            server,
        })
    }

    /// Base URL, without `/api/v1`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What is there.
    pub fn target(&self) -> SourceTarget {
        self.target.clone()
    }
}

impl Drop for ForgeServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Forge {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// A commit that nobody had.
    fn commit(&mut self) -> String {
        let digest = maquette_host::Digest::of(format!("commit {}", self.next()).as_bytes());
        let digest = digest.to_string();
        let digits = digest.rsplit(':').next().unwrap_or_default();
        digits.chars().take(40).collect()
    }
}

fn locked(state: &Shared) -> MutexGuard<'_, Forge> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
