//! Servers beside a control plane that the operator talks to: a registry and a DNS server. They end with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::{ControlPlane, ControlPlaneError, READY, free_port};
use crate::access::random_hex;
use crate::cluster::Pdns;
use crate::command;
use crate::components::powerdns::{PowerDns, SCHEMA, database};
use crate::components::registry;
use crate::http::{expect_success, get};
use crate::process::{ProcessError, Run};
use crate::wait::wait_for;

/// Only this machine talks to these servers.
const LOOPBACK: &str = "127.0.0.1";

impl ControlPlane {
    /// The run of this control plane: what a test starts in it ends with it.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Starts a registry, plain HTTP, and returns its host:port. Its process is `registry`.
    pub async fn start_registry(&self) -> Result<String, ControlPlaneError> {
        let port = free_port([127, 0, 0, 1], 0).map_err(ControlPlaneError::Address)?;
        let address = format!("{LOOPBACK}:{port}");
        let process = registry::unit(self.folder(), &address).start(&self.run)?;
        wait_for("the registry", READY, async || {
            process.check().map_err(|error| error.to_string())?;
            let answer = get(&address, &address, "/v2/").await;
            answer.map(drop).map_err(|error| error.to_string())
        })
        .await?;
        Ok(address)
    }

    /// Starts PowerDNS with these zones; the first is the one that [`Pdns`] names. Its process is `pdns`.
    pub async fn start_powerdns(&self, zones: &[&str]) -> Result<Pdns, ControlPlaneError> {
        let port = || free_port([127, 0, 0, 1], 0).map_err(ControlPlaneError::Address);
        let (dns_port, api_port) = (port()?, port()?);
        let pdns = Pdns {
            api_url: format!("http://{LOOPBACK}:{api_port}"),
            api_key: random_hex(24)?,
            dns_address: format!("{LOOPBACK}:{dns_port}"),
            zone: zones
                .first()
                .map(|zone| (*zone).to_owned())
                .unwrap_or_default(),
        };
        create_database(self.folder())?;
        let server = PowerDns {
            folder: self.folder(),
            address: LOOPBACK,
            dns_port,
            api_port,
            api_key: &pdns.api_key,
            allowed: LOOPBACK,
        };
        let process = server.unit().start(&self.run)?;
        let api = format!("{LOOPBACK}:{api_port}");
        wait_for("PowerDNS", READY, async || {
            process.check().map_err(|error| error.to_string())?;
            get(&api, &api, "/api")
                .await
                .map(drop)
                .map_err(|error| error.to_string())
        })
        .await?;
        for zone in zones {
            let body = json!({"name": format!("{zone}."), "kind": "Native", "nameservers": [format!("ns1.{zone}.")]});
            let request = Request::post("/api/v1/servers/localhost/zones")
                .header("X-API-Key", &pdns.api_key)
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(Bytes::from(body.to_string()))
                .map_err(crate::http::HttpError::from)?;
            expect_success(&api, request).await?;
        }
        Ok(pdns)
    }
}

/// Makes the empty database of a PowerDNS server.
pub(crate) fn create_database(folder: &Path) -> Result<(), ControlPlaneError> {
    let path = database(folder);
    let failed = |path: &Path, source| ProcessError::File {
        path: path.to_owned(),
        source,
    };
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
    let schema = fs::read_to_string(SCHEMA).map_err(|source| failed(Path::new(SCHEMA), source))?;
    command::output(
        Command::new("sqlite3").arg("-bail").arg(&path),
        Some(&schema),
    )?;
    Ok(())
}
