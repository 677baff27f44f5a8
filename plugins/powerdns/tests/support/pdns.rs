//! One PowerDNS server with one zone, in a folder of its own.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::request;

/// The API key of every server.
pub(crate) const KEY: &str = "canary-7f3a";
/// The zone of every server.
pub(crate) const ZONE: &str = "preview.test";
const SCHEMA: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; ends with this value.
pub(crate) struct Pdns {
    pub(crate) port: u16,
    server: Child,
    _folder: tempfile::TempDir,
}

impl Pdns {
    /// Starts a server that has the zone [`ZONE`].
    pub(crate) fn start() -> Self {
        // Another program may take a port between its choice and its use. Then the server ends, and the next port is tried. A
        // server that has the zone already is the one of another test.
        (0..5)
            .filter_map(|_| Self::try_start())
            .find(|pdns| pdns.creates_zone(ZONE) == 201)
            .expect("pdns_server does not start")
    }

    fn try_start() -> Option<Self> {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path();
        make_database(folder);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let dns_port = UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let configuration = format!(
            "launch=gsqlite3\ngsqlite3-database={folder}/zones\ngsqlite3-pragma-synchronous=0\nsocket-dir={folder}\n\
             local-address=127.0.0.1\nlocal-port={dns_port}\napi=yes\napi-key={KEY}\nwebserver=yes\n\
             webserver-address=127.0.0.1\nwebserver-port={port}\ncache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\n\
             zone-cache-refresh-interval=0\nreceiver-threads=1\ndistributor-threads=1\n",
            folder = folder.display()
        );
        std::fs::write(folder.join("pdns.conf"), configuration).unwrap();
        let mut server = Command::new("pdns_server")
            .arg(format!("--config-dir={}", folder.display()))
            .args(["--daemon=no", "--guardian=no"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pdns_server is not installed; install the Debian package pdns-server");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if server.try_wait().unwrap().is_some() {
                return None;
            }
            if request(port, "GET", "/api/v1/servers/localhost", KEY, "")
                .is_ok_and(|(status, _)| status == 200)
            {
                return Some(Self {
                    port,
                    server,
                    _folder: own,
                });
            }
            std::thread::yield_now();
        }
        let _ = server.kill();
        let _ = server.wait();
        None
    }

    /// Creates another zone.
    pub(crate) fn make_zone(&self, zone: &str) {
        assert_eq!(self.creates_zone(zone), 201);
    }

    /// The status of the answer.
    fn creates_zone(&self, zone: &str) -> u16 {
        let body = json!({ "name": format!("{zone}."), "kind": "Native", "nameservers": [format!("ns.{zone}.")] });
        self.request("POST", "/zones", &body.to_string()).0
    }

    /// Base URL, as users write it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A request to the API of this server, below its root.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        request(
            self.port,
            method,
            &format!("/api/v1/servers/localhost{path}"),
            KEY,
            body,
        )
        .unwrap()
    }

    /// Changes the zone as an administrator would, past the plugin.
    pub(crate) fn by_hand(&self, rrset: &Value) {
        let body = json!({ "rrsets": [rrset] }).to_string();
        let (status, body) = self.request("PATCH", &format!("/zones/{ZONE}."), &body);
        assert_eq!(status, 204, "{body}");
    }

    /// Record sets of this name as the server gives them, comments without their times.
    pub(crate) fn stored(&self, name: &str) -> Vec<Value> {
        let (status, body) = self.request("GET", &format!("/zones/{ZONE}."), "");
        assert_eq!(status, 200, "{body}");
        let mut zone: Value = serde_json::from_str(&body).unwrap();
        let rrsets = zone["rrsets"].as_array_mut().unwrap();
        rrsets.retain(|rrset| rrset["name"] == format!("{name}."));
        for comment in rrsets
            .iter_mut()
            .flat_map(|rrset| rrset["comments"].as_array_mut().unwrap())
        {
            comment.as_object_mut().unwrap().remove("modified_at");
        }
        rrsets.clone()
    }

    /// Serial of the zone: it grows with every write.
    pub(crate) fn serial(&self) -> u64 {
        let (_, body) = self.request("GET", &format!("/zones/{ZONE}."), "");
        serde_json::from_str::<Value>(&body).unwrap()["serial"]
            .as_u64()
            .unwrap()
    }
}

impl Drop for Pdns {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn make_database(folder: &Path) {
    let schema =
        std::fs::File::open(SCHEMA).expect("install the Debian package pdns-backend-sqlite3");
    let status = Command::new("sqlite3")
        .arg(folder.join("zones"))
        .stdin(schema)
        .status()
        .expect("install the Debian package sqlite3");
    assert!(status.success());
}
