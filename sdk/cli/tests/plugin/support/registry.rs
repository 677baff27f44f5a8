//! One docker-registry, in a folder of its own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::http::request;

/// Who may use a registry with logins.
pub(crate) const USER: &str = "ci";
/// And with what.
pub(crate) const PASSWORD: &str = "pushpw";
/// bcrypt of the password.
const ACCOUNTS: &str = "ci:$2b$04$tDFgKQeH2wzXgtSvC6y2MeQPeOR6iDppNiA1aTkD8rSQb0BCD7iNq\n";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running registry; ends with this value.
pub(crate) struct Registry {
    pub(crate) port: u16,
    server: Child,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// A registry for everybody.
    pub(crate) fn open() -> Self {
        Self::start(false)
    }

    /// A registry that asks for a login.
    pub(crate) fn closed() -> Self {
        Self::start(true)
    }

    fn start(logins: bool) -> Self {
        // Somebody else may take the port between its choice and its use.
        (0..5)
            .find_map(|_| Self::try_start(logins))
            .expect("docker-registry does not start")
    }

    fn try_start(logins: bool) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut configuration = serde_json::json!({
            "version": "0.1",
            "storage": { "filesystem": { "rootdirectory": folder.path().join("data") } },
            "http": { "addr": format!("127.0.0.1:{port}"), "secret": "none" },
        });
        if logins {
            std::fs::write(folder.path().join("accounts"), ACCOUNTS).unwrap();
            configuration["auth"] = serde_json::json!({ "htpasswd": { "realm": "test", "path": folder.path().join("accounts") } });
        }
        // JSON is YAML.
        std::fs::write(
            folder.path().join("registry.yml"),
            configuration.to_string(),
        )
        .unwrap();
        let mut server = Command::new("docker-registry")
            .arg("serve")
            .arg(folder.path().join("registry.yml"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry is not installed; install the Debian package docker-registry");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && server.try_wait().unwrap().is_none() {
            if request(port, "GET", "/v2/", "", "").is_ok() {
                return Some(Self {
                    port,
                    server,
                    _folder: folder,
                });
            }
            std::thread::yield_now();
        }
        let _ = server.kill();
        let _ = server.wait();
        None
    }

    /// A repository in it.
    pub(crate) fn repository(&self) -> String {
        format!("127.0.0.1:{}/maquette/powerdns", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
