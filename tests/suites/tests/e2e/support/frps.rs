//! A real frp server on the machine, as it would stand outside of the cluster: connectors dial in, visitors come to its port.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use maquette_harness::{Cluster, http, wait_for};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;

const WITHIN: Duration = Duration::from_secs(15);
/// Login of the dashboard.
pub(crate) const LOGIN: &str = "admin:frps-dashboard";

/// The server; ended when dropped.
pub(crate) struct Frps {
    address: String,
    /// Ports for connectors, for visitors, and of the dashboard.
    ports: [u16; 3],
    folder: TempDir,
    child: Option<Child>,
}

impl Frps {
    /// A server that runs and accepts this token.
    pub(crate) async fn start(cluster: &Cluster, token: &str) -> Self {
        tools::ensure(&[Tool::Frps, Tool::Frpc], &Progress::silent()).unwrap();
        let address = cluster.gateway().address.clone();
        // All three are held at once, so that they differ.
        let listeners = [(); 3].map(|()| TcpListener::bind((address.as_str(), 0)).unwrap());
        let ports = listeners
            .each_ref()
            .map(|listener| listener.local_addr().unwrap().port());
        drop(listeners);
        let mut server = Self {
            address,
            ports,
            folder: TempDir::new().unwrap(),
            child: None,
        };
        server.run(token).await;
        server
    }

    /// Starts the server, which does not run, with this token.
    pub(crate) async fn run(&mut self, token: &str) {
        let file = self.folder.path().join("frps.toml");
        fs::write(&file, self.config(token)).unwrap();
        let log = fs::File::create(self.folder.path().join("frps.log")).unwrap();
        let child = Command::new(Tool::Frps.path().unwrap())
            .arg("-c")
            .arg(&file)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        for port in self.ports {
            let address = format!("{}:{port}", self.address);
            wait_for("frps to listen", WITHIN, async || {
                TcpStream::connect(&address).await.map(drop)
            })
            .await
            .unwrap();
        }
    }

    /// Ends the server at once, as a crash would.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn config(&self, token: &str) -> String {
        let Self { address, ports, .. } = self;
        let (user, password) = LOGIN.split_once(':').unwrap();
        format!(
            r#"bindAddr = "{address}"
bindPort = {}
vhostHTTPPort = {}
auth.method = "token"
auth.token = "{token}"
webServer.addr = "{address}"
webServer.port = {}
webServer.user = "{user}"
webServer.password = "{password}"
"#,
            ports[0], ports[1], ports[2]
        )
    }

    /// Where connectors find it.
    pub(crate) fn server(&self) -> String {
        format!("{}:{}", self.address, self.ports[0])
    }

    /// Where visitors come to.
    pub(crate) fn entrance(&self) -> (&str, u16) {
        (&self.address, self.ports[1])
    }

    /// Base URL of its dashboard.
    pub(crate) fn dashboard(&self) -> String {
        format!("http://{}:{}", self.address, self.ports[2])
    }

    /// Names of the proxies that are online.
    pub(crate) async fn online(&self) -> Result<Vec<String>, String> {
        let request = ::http::Request::get("/api/proxy/http")
            .header("authorization", format!("Basic {}", STANDARD.encode(LOGIN)))
            .body(bytes::Bytes::new())
            .unwrap();
        let address = format!("{}:{}", self.address, self.ports[2]);
        let answer = http::send(&address, request)
            .await
            .map_err(|error| error.to_string())?;
        let list: Value =
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let proxies = list["proxies"].as_array().cloned().unwrap_or_default();
        let online = proxies.iter().filter(|proxy| proxy["status"] == "online");
        Ok(online
            .map(|proxy| proxy["name"].as_str().unwrap().to_owned())
            .collect())
    }

    /// What is answered at a host to a visitor who comes to its port.
    pub(crate) async fn visit(&self, host: &str) -> Result<String, String> {
        let (address, port) = self.entrance();
        let answer = http::get(&format!("{address}:{port}"), host, "/")
            .await
            .map_err(|error| error.to_string())?;
        if answer.status == 200 {
            Ok(answer.text())
        } else {
            Err(format!("{}: {}", answer.status, answer.text()))
        }
    }
}

impl Drop for Frps {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.path().join("frps.log"));
            eprintln!("frps said:\n{}", log.unwrap_or_default());
        }
        self.stop();
    }
}
