//! A registry and a PowerDNS on loopback ports that the kernel chose, ended with the control plane whose run they belong to.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use maquette_harness::http::get;
use maquette_harness::process::{Program, Run};
use maquette_harness::wait_for;
use serde_json::json;

use super::{WITHIN, ZONE};

pub(super) const REGISTRY: &str = "registry";
const SCHEMA: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
/// Key of the HTTP API.
pub(super) const KEY: &str = "bench";

/// A TCP port that was free a moment ago.
pub(in super::super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn program(name: &str, path: &str, arguments: &[String]) -> Program {
    Program {
        name: name.to_owned(),
        path: PathBuf::from(path),
        arguments: arguments.to_vec(),
        environment: vec![("OTEL_TRACES_EXPORTER".to_owned(), "none".to_owned())],
    }
}

/// Starts Debian's docker-registry; host:port.
pub(in super::super) async fn start_registry(run: &Run) -> Result<String> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let config = json!({
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": run.folder().join("registry")}},
        "http": {"addr": address, "secret": "none"},
    });
    let path = run.folder().join("registry.json");
    // JSON is YAML.
    fs::write(&path, config.to_string())?;
    let process = run.start(program(
        REGISTRY,
        "/usr/bin/docker-registry",
        &["serve".to_owned(), path.display().to_string()],
    ))?;
    wait_for("the registry", WITHIN, async || {
        process.check()?;
        get(&address, &address, "/v2/").await?;
        anyhow::Ok(())
    })
    .await?;
    Ok(address)
}

/// A PowerDNS with one zone.
pub(in super::super) struct PowerDns {
    /// URL of the HTTP API.
    pub(super) url: String,
    folder: PathBuf,
    log: PathBuf,
}

/// A failure of the DNS server, made in its database: it answers 500 from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Failure {
    /// Of every change. Record sets are still listed.
    Changes,
    /// Of every request about records.
    Everything,
}

impl Failure {
    fn statement(self) -> &'static str {
        match self {
            Self::Changes => {
                "CREATE TRIGGER refuse BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'the database is read-only'); END;"
            }
            Self::Everything => "ALTER TABLE records RENAME TO absent;",
        }
    }
}

impl PowerDns {
    pub(super) async fn start(run: &Run) -> Result<Self> {
        let folder = run.folder().join("powerdns");
        fs::create_dir_all(&folder)?;
        let schema = fs::File::open(SCHEMA).context(
            "the Debian package pdns-backend-sqlite3 is needed; `cargo xtask tools` installs it",
        )?;
        let made = Command::new("sqlite3")
            .arg(folder.join("zones"))
            .stdin(schema)
            .stdout(Stdio::null())
            .status()?;
        ensure!(
            made.success(),
            "sqlite3 could not make the database of PowerDNS"
        );
        let (port, dns_port) = (
            free_port()?,
            UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port(),
        );
        // Its log has one line for each request to the HTTP API.
        let config = format!(
            "launch=gsqlite3\ngsqlite3-database={folder}/zones\ngsqlite3-pragma-synchronous=0\nsocket-dir={folder}\n\
             local-address=127.0.0.1\nlocal-port={dns_port}\napi=yes\napi-key={KEY}\nwebserver=yes\n\
             webserver-address=127.0.0.1\nwebserver-port={port}\nwebserver-loglevel=normal\nloglevel=6\n\
             cache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\nzone-cache-refresh-interval=0\nsecurity-poll-suffix=\n\
             receiver-threads=1\ndistributor-threads=1\ndaemon=no\nguardian=no\ndisable-syslog=yes\n",
            folder = folder.display()
        );
        fs::write(folder.join("pdns.conf"), config)?;
        let process = run.start(program(
            "pdns",
            "/usr/sbin/pdns_server",
            &[format!("--config-dir={}", folder.display())],
        ))?;
        let address = format!("127.0.0.1:{port}");
        wait_for("the API of PowerDNS", WITHIN, async || {
            process.check()?;
            get(&address, &address, "/api").await?;
            anyhow::Ok(())
        })
        .await?;
        let made = Command::new("pdnsutil")
            .arg(format!("--config-dir={}", folder.display()))
            .args(["create-zone", ZONE])
            .output()?;
        ensure!(
            made.status.success(),
            "pdnsutil create-zone: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        Ok(Self {
            url: format!("http://{address}"),
            folder,
            log: process.log,
        })
    }

    /// Fails from now on.
    pub(in super::super) fn fail(&self, failure: Failure) -> Result<()> {
        let done = Command::new("sqlite3")
            .arg("-bail")
            .arg(self.folder.join("zones"))
            .arg(failure.statement())
            .output()?;
        ensure!(
            done.status.success(),
            "sqlite3: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(())
    }

    /// Requests to the HTTP API until now, as its log has them: `"GET /api/v1/servers/… HTTP/1.1" 200 …`.
    pub(in super::super) fn requests(&self) -> Result<Vec<String>> {
        let text = fs::read_to_string(&self.log)
            .with_context(|| format!("reading {}", self.log.display()))?;
        let lines = text
            .lines()
            .filter(|line| line.contains("[webserver]") && line.contains("/api/v1/"));
        Ok(lines
            .filter_map(|line| Some(line.split('"').nth(1)?.to_owned()))
            .collect())
    }
}
