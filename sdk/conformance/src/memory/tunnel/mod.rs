//! Tunnels in memory.
//!
//! | request | answer |
//! |---|---|
//! | `GET /tunnels?name=…&ownerPrefix=…&cursor=…` | `{"items": [{"id", "name", "owner", "routes", "version", "connections"}], "next"}`, ten items at most |
//! | `POST /tunnels` with `{"name", "owner", "secret", "routes"}` | the item; names need not be unique |
//! | `GET /tunnels/{id}` | the item |
//! | `PUT /tunnels/{id}/routes` with a list and `If-Match: VERSION` | the item; 412 and nothing done where the version is another |
//! | `PUT /tunnels/{id}/secret` and `PUT /tunnels/{id}/owner` with a text or null | the item |
//! | `DELETE /tunnels/{id}/connections` | 204; no connector is connected any more |
//! | `DELETE /tunnels/{id}` | 204; 409 while a connector is connected |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. What does not exist is 404.

mod by_hand;
mod refusal;
mod requests;
mod tunnels;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{delete, get, put};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::tunnel::TunnelTarget;
use by_hand::ByHand;
use requests::{disconnect, list, make, one, remove, set};
use tunnels::{Shared, Tunnels};

/// A running server; ends with this value. Give [`TunnelServer::target`] to the subject.
pub struct TunnelServer {
    address: SocketAddr,
    state: Shared,
    server: JoinHandle<io::Result<()>>,
}

impl TunnelServer {
    /// Starts without a tunnel, for one token, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(token: &str) -> io::Result<Self> {
        let state: Shared = Arc::new(Mutex::new(Tunnels {
            token: token.to_owned(),
            ..Tunnels::default()
        }));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .route("/tunnels", get(list).post(make))
            .route("/tunnels/{id}", get(one).delete(remove))
            .route("/tunnels/{id}/connections", delete(disconnect))
            .route("/tunnels/{id}/{field}", put(set))
            .with_state(state.clone());
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            state,
            server,
        })
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the rules work on.
    pub fn target(&self) -> TunnelTarget {
        TunnelTarget {
            zone: "preview.test".to_owned(),
            many: 25,
            hand: Some(Arc::new(ByHand(self.state.clone()))),
        }
    }
}

impl Drop for TunnelServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}
