//! PowerDNS 4.7 with the sqlite3 backend and its HTTP API.

use std::path::{Path, PathBuf};

use super::Unit;

/// Debian's schema of the backend's database.
pub(crate) const SCHEMA: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

/// What PowerDNS needs to know.
pub(crate) struct PowerDns<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) address: &'a str,
    pub(crate) dns_port: u16,
    pub(crate) api_port: u16,
    pub(crate) api_key: &'a str,
    /// Who may use the HTTP API, in CIDR notation.
    pub(crate) allowed: &'a str,
}

/// The database file.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("powerdns/zones.sqlite3")
}

impl PowerDns<'_> {
    pub(crate) fn unit(&self) -> Unit {
        let own = self.folder.join("powerdns");
        Unit::new("pdns", "/usr/sbin/pdns_server".into())
            .arguments([format!("--config-dir={}", own.display())])
            .file(own.join("pdns.conf"), self.config(&own))
            .folder(own.join("run"))
    }

    /// No caches, so that a change is seen by the next query; no security poll, so that nothing leaves the machine.
    fn config(&self, own: &Path) -> String {
        let Self {
            folder,
            address,
            dns_port,
            api_port,
            api_key,
            allowed,
        } = self;
        format!(
            "launch=gsqlite3
gsqlite3-database={database}
local-address={address}
local-port={dns_port}
api=yes
api-key={api_key}
webserver=yes
webserver-address={address}
webserver-port={api_port}
webserver-allow-from={allowed}
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
security-poll-suffix=
socket-dir={run}
disable-syslog=yes
daemon=no
guardian=no
loglevel=4
receiver-threads=1
distributor-threads=2
",
            database = database(folder).display(),
            run = own.join("run").display(),
        )
    }
}
