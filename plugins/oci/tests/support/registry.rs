//! One docker-registry, in a folder of its own.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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
        Self::start(|_| json!(null))
    }

    /// A registry that asks for user and password.
    pub(crate) fn closed() -> Self {
        Self::start(|folder| {
            let path = folder.join("accounts");
            std::fs::write(&path, ACCOUNTS).unwrap();
            json!({ "htpasswd": { "realm": "test", "path": path } })
        })
    }

    /// A registry with this authentication, as its configuration names it.
    pub(crate) fn start(authentication: impl Fn(&Path) -> Value) -> Self {
        // Somebody else may take the port between its choice and its use.
        (0..5)
            .find_map(|_| Self::try_start(&authentication))
            .expect("docker-registry does not start")
    }

    fn try_start(authentication: impl Fn(&Path) -> Value) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let mut configuration = json!({
            "version": "0.1",
            "storage": { "filesystem": { "rootdirectory": folder.path().join("data") } },
            "http": { "addr": format!("127.0.0.1:{port}"), "secret": "none" },
        });
        let auth = authentication(folder.path());
        if !auth.is_null() {
            configuration["auth"] = auth;
        }
        // JSON is YAML.
        let path = folder.path().join("registry.yml");
        std::fs::write(&path, configuration.to_string()).unwrap();
        let mut server = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry is not installed; install the Debian package docker-registry");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && server.try_wait().unwrap().is_none() {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
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

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
