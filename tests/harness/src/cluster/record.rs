//! What a later command needs to know about the running cluster; written before anything is started.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::network::NODE_ADDRESS;
use super::{ClusterError, ZONE};
use crate::access::random_hex;
use crate::controlplane::free_port;
use crate::process::write_secret;

/// The DNS server of the cluster: PowerDNS with its HTTP API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pdns {
    /// Base URL of the HTTP API, from this machine and from pods.
    pub api_url: String,
    /// Value of the `X-API-Key` header.
    pub api_key: String,
    /// ip:port that answers DNS queries, UDP and TCP.
    pub dns_address: String,
    /// The zone that exists from the start, without a trailing dot.
    pub zone: String,
}

/// Where the shared Gateway `infra/shared` answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gateway {
    /// IP address.
    pub address: String,
    /// TCP port of the HTTP listener.
    pub port: u16,
}

/// `address:port`
impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}

/// The recorded facts of a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// Whether the start came to its end.
    pub(super) complete: bool,
    pub(super) api: String,
    pub(super) api_port: u16,
    pub(super) etcd: String,
    pub(super) etcd_peer: String,
    pub(super) cluster_dns_port: u16,
    pub(super) registry: String,
    pub(super) pdns: Pdns,
    pub(super) pdns_ports: (u16, u16),
    pub(super) gateway: Gateway,
}

impl Record {
    /// Takes the usual ports on the bridge's address. A port on which a program listens on all addresses is replaced by another.
    pub(super) fn plan() -> Result<Self, ClusterError> {
        let port = |preferred| free_port(NODE_ADDRESS, preferred).map_err(no_port);
        let loopback = || {
            free_port([127, 77, 0, 1], 0)
                .map_err(no_port)
                .map(|port| format!("127.77.0.1:{port}"))
        };
        let (api_port, registry, dns, dns_api, gateway) =
            (port(6443)?, port(5000)?, port(53)?, port(8081)?, port(80)?);
        Ok(Self {
            complete: false,
            api: format!("https://{NODE_ADDRESS}:{api_port}"),
            api_port,
            etcd: loopback()?,
            etcd_peer: loopback()?,
            cluster_dns_port: port(1053)?,
            registry: format!("{NODE_ADDRESS}:{registry}"),
            pdns: Pdns {
                api_url: format!("http://{NODE_ADDRESS}:{dns_api}"),
                api_key: random_hex(16)?,
                dns_address: format!("{NODE_ADDRESS}:{dns}"),
                zone: ZONE.to_owned(),
            },
            pdns_ports: (dns, dns_api),
            gateway: Gateway {
                address: NODE_ADDRESS.to_string(),
                port: gateway,
            },
        })
    }

    /// Reads the record of `folder`; `None` when there is none or an earlier version of this program wrote it.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, ClusterError> {
        let path = folder.join("cluster.json");
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ClusterError::File { path, source }),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), ClusterError> {
        let path = folder.join("cluster.json");
        let text = serde_json::to_vec_pretty(self).map_err(|source| ClusterError::File {
            path: path.clone(),
            source: source.into(),
        })?;
        Ok(write_secret(&path, &text)?)
    }
}

fn no_port(source: io::Error) -> ClusterError {
    ClusterError::File {
        path: format!("a port of {NODE_ADDRESS}").into(),
        source,
    }
}
