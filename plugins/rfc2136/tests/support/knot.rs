//! One Knot DNS with one zone, in a folder of its own.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::bind::{KEY, ZONE};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; ends with this value.
pub(crate) struct Knot {
    pub(crate) port: u16,
    server: Child,
    _folder: tempfile::TempDir,
}

impl Knot {
    /// Starts a server that has the zone `preview.test`, whose key may update and transfer it.
    pub(crate) fn start() -> Self {
        // Somebody else may take a port between its choice and its use; then the server ends and others are tried.
        (0..5)
            .find_map(|_| Self::try_start())
            .expect("knotd does not start")
    }

    fn try_start() -> Option<Self> {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().display();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let parts: Vec<&str> = KEY.split(':').collect();
        let configuration = format!(
            "server:\n    rundir: \"{folder}\"\n    listen: 127.0.0.1@{port}\n\
             log:\n  - target: stderr\n    any: error\n\
             database:\n    storage: \"{folder}\"\n\
             key:\n  - id: {name}\n    algorithm: {algorithm}\n    secret: {secret}\n\
             acl:\n  - id: maquette\n    key: {name}\n    action: [transfer, update]\n\
             zone:\n  - domain: {ZONE}\n    storage: \"{folder}\"\n    file: zone\n    acl: maquette\n",
            algorithm = parts[0],
            name = parts[1],
            secret = parts[2],
        );
        let path = own.path().join("knot.conf");
        std::fs::write(&path, configuration).unwrap();
        let zone = format!(
            "$TTL 300\n@ IN SOA ns.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 60\n@ IN NS ns.{ZONE}.\nns IN A 127.0.0.1\n"
        );
        std::fs::write(own.path().join("zone"), zone).unwrap();
        let mut server = Command::new("/usr/sbin/knotd")
            .arg("-c")
            .arg(&path)
            .stdout(Stdio::null())
            .spawn()
            .expect("knotd is not installed; install the Debian package knot");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if server.try_wait().unwrap().is_some() {
                return None;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() && speaks(port) {
                return Some(Self {
                    port,
                    server,
                    _folder: own,
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = server.kill();
        let _ = server.wait();
        None
    }

    /// The server as users write it.
    pub(crate) fn url(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }
}

/// Whether the zone is loaded.
fn speaks(port: u16) -> bool {
    let output = Command::new("dig")
        .args([
            "@127.0.0.1",
            "-p",
            &port.to_string(),
            "+tcp",
            "+short",
            "soa",
            ZONE,
        ])
        .output()
        .expect("dig is not installed; install the Debian package bind9-dnsutils");
    String::from_utf8_lossy(&output.stdout).starts_with("ns.")
}

impl Drop for Knot {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
