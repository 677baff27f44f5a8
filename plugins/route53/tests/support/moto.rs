//! moto, pinned and installed once into the cache, one server for each test.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http::request;

/// The zone that tests change.
pub(crate) const ZONE: &str = "preview.test";
const VERSION: &str = "5.2.5";

/// An access key with its secret.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A running server; ends with this value.
pub(crate) struct Moto {
    pub(crate) port: u16,
    /// Identifier of [`ZONE`].
    pub(crate) zone: String,
    /// May do everything.
    pub(crate) full: Key,
    /// May only read.
    pub(crate) reader: Key,
    server: Child,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let mut server = Command::new(python())
            .args(["-c", include_str!("server.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).expect("moto does not start");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let key = |name: &str| Key {
            id: text(&said["keys"][name]["id"]),
            secret: text(&said["keys"][name]["secret"]),
        };
        Self {
            port: said["port"].as_u64().unwrap().try_into().unwrap(),
            zone: text(&said["zone"]),
            full: key("full"),
            reader: key("reader"),
            server,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Changes a record set past the plugin; without values it is removed.
    pub(crate) fn by_hand(&self, name: &str, kind: &str, values: &[&str]) {
        by_hand(self.port, name, kind, values);
    }

    /// Record sets of this name as the server keeps them.
    pub(crate) fn stored(&self, name: &str) -> Vec<Value> {
        let mut rrsets = self.look()["rrsets"].as_array().unwrap().clone();
        rrsets.retain(|rrset| rrset["name"] == format!("{name}."));
        rrsets
    }

    /// Whether nothing of this name is there.
    pub(crate) fn is_without(&self, name: &str) -> bool {
        self.stored(name).is_empty()
    }

    /// How many batches were made.
    pub(crate) fn writes(&self) -> u64 {
        self.look()["writes"].as_u64().unwrap()
    }

    fn look(&self) -> Value {
        let (status, body) = request(self.port, "GET", "/by-hand", "", "").unwrap();
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// See [`Moto::by_hand`].
pub(crate) fn by_hand(port: u16, name: &str, kind: &str, values: &[&str]) {
    let change = json!({ "name": name, "type": kind, "ttl": 60, "values": values }).to_string();
    let (status, body) = request(port, "POST", "/by-hand", "", &change).unwrap();
    assert_eq!(status, 200, "{body}");
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The interpreter of a virtual environment that has moto, made on first use.
fn python() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || Path::new(&std::env::var_os("HOME").unwrap()).join(".cache"),
        PathBuf::from,
    );
    let folder = cache.join("maquette/venv");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join(format!("moto-{VERSION}.lock"))).unwrap();
    lock.lock().unwrap();
    let own = folder.join(format!("moto-{VERSION}"));
    let python = own.join("bin/python");
    if !own.join("bin/moto_server").exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&own));
        let wanted = format!("moto[server]=={VERSION}");
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", &wanted]));
    }
    python
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .expect("install Python 3.11 or newer with its module venv");
    assert!(status.success(), "{command:?}");
}
