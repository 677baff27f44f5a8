//! The stand-in for Google Cloud DNS, one server for each test. See `stand_in.py` for what is Google's in it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::http::request;

/// The zone that tests change.
pub(crate) const ZONE: &str = "preview.test";
/// The project that has it.
pub(crate) const PROJECT: &str = "stand-in-project";

/// A key of a service account.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) pem: String,
}

/// A running server; ends with this value.
pub(crate) struct StandIn {
    pub(crate) port: u16,
    server: Child,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let mut server = Command::new("python3")
            .args(["-c", include_str!("stand_in.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("install Python 3.9 or newer");
        let discovery: Value = serde_json::from_str(include_str!("discovery.json")).unwrap();
        let account = |key: &Key, writes: bool| json!({ "email": key.account, "modulus": modulus(&key.pem), "writes": writes });
        let (full, reader) = (full(), reader());
        let accounts = json!({ full.id.as_str(): account(&full, true), reader.id.as_str(): account(&reader, false) });
        let start = json!({ "discovery": discovery, "accounts": accounts }).to_string();
        let stdin = server.stdin.as_mut().unwrap();
        writeln!(stdin, "{start}").unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).expect("the stand-in does not start");
        Self {
            port: said["port"].as_u64().unwrap().try_into().unwrap(),
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

    /// Says something else to the server.
    pub(crate) fn tell(&self, what: &Value) {
        post(self.port, what);
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

    /// How many changes were made.
    pub(crate) fn writes(&self) -> u64 {
        self.look()["writes"].as_u64().unwrap()
    }

    fn look(&self) -> Value {
        let (status, body) = request(self.port, "GET", "/by-hand", "", "").unwrap();
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// See [`StandIn::by_hand`].
pub(crate) fn by_hand(port: u16, name: &str, kind: &str, values: &[&str]) {
    post(
        port,
        &json!({ "name": name, "type": kind, "ttl": 60, "values": values }),
    );
}

fn post(port: u16, what: &Value) {
    let (status, body) = request(port, "POST", "/by-hand", "", &what.to_string()).unwrap();
    assert_eq!(status, 200, "{body}");
}

/// Of an account that may do everything.
pub(crate) fn full() -> Key {
    key("full", pem(0))
}

/// Of an account that may only read.
pub(crate) fn reader() -> Key {
    key("reader", pem(0))
}

/// Said to be the full account's, and not known to the server.
pub(crate) fn wrong() -> Key {
    key("full", pem(1))
}

fn key(name: &str, pem: &str) -> Key {
    Key {
        account: format!("{name}@{PROJECT}.iam.gserviceaccount.com"),
        id: format!("key-of-{name}"),
        pem: pem.to_owned(),
    }
}

/// RSA keys of this run.
fn pem(number: usize) -> &'static str {
    static KEYS: [OnceLock<String>; 2] = [OnceLock::new(), OnceLock::new()];
    KEYS[number].get_or_init(|| {
        openssl(
            &[
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ],
            "",
        )
    })
}

fn modulus(pem: &str) -> String {
    let said = openssl(&["rsa", "-noout", "-modulus"], pem);
    said.trim().trim_start_matches("Modulus=").to_owned()
}

fn openssl(args: &[&str], input: &str) -> String {
    let mut child = Command::new("openssl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("install openssl");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let made = child.wait_with_output().unwrap();
    assert!(made.status.success(), "openssl {args:?}");
    String::from_utf8(made.stdout).unwrap()
}
