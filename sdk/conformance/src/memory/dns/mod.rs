//! Zones in memory.
//!
//! | request | answer |
//! |---|---|
//! | `GET /zones` | `[{"name", "id"}]` |
//! | `GET /zones/{zone}/records?name=…&name=…&ownerPrefix=…&cursor=…` | `{"items": [{"name", "kind", "ttl", "values", "owner", "version"}], "next"}`, ten items at most |
//! | `PUT /zones/{zone}/records/{name}/{kind}` with `{"ttl", "values", "owner"}` and `If-None-Match: *` or `If-Match: VERSION` | the item as it is stored |
//! | `DELETE /zones/{zone}/records/{name}/{kind}` with `If-Match: VERSION` | 204 |
//!
//! Every request has `Authorization: Bearer TOKEN`, else 401. A zone or record set that does not exist is 404. A
//! precondition that does not hold is 412 and nothing is done; a value that is none is 422. The server keeps values
//! sorted, names and targets in lower case, addresses in their usual form, and no time to live below 60 seconds.

mod by_hand;
mod refusal;
mod requests;
mod zones;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::routing::{get, put};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::dns::OtherWriter;
use by_hand::ByHand;
use requests::{list, remove, write, zones};
use zones::{Shared, Zones};

/// A running server; ends with this value. Give [`DnsServer::other_writer`] to the subject.
pub struct DnsServer {
    address: SocketAddr,
    state: Shared,
    server: JoinHandle<io::Result<()>>,
}

impl DnsServer {
    /// Starts with one empty zone, for one token, on a loopback port that the system chooses.
    ///
    /// # Errors
    /// No port on loopback.
    pub async fn start(zone: &str, token: &str) -> io::Result<Self> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(free, zone, token).await
    }

    /// The same at an address of one's own, for a first try in a cluster. There is no TLS.
    ///
    /// # Errors
    /// The address is not this machine's, or taken.
    pub async fn start_at(listen: SocketAddr, zone: &str, token: &str) -> io::Result<Self> {
        let state = Zones::of(zone, token);

        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let routes = Router::new()
            .route("/zones", get(zones))
            .route("/zones/{zone}/records", get(list))
            .route(
                "/zones/{zone}/records/{name}/{kind}",
                put(write).delete(remove),
            )
            .with_state(state.clone());
        let server = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self {
            address,
            state,
            server,
        })
    }

    /// Serves for as long as this is waited for.
    ///
    /// # Errors
    /// What ends the server.
    pub async fn serve(mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }

    /// Base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Writes to the zone past the plugin.
    pub fn other_writer(&self) -> impl OtherWriter + use<> {
        ByHand(self.state.clone())
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}
