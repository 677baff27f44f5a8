//! The stand-in for Cloudflare's API, one server for each test. See `stand_in.py` for what is Cloudflare's in it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::http::request;

/// The zone that tests change.
pub(crate) const ZONE: &str = "preview.test";
/// A token that may do everything.
pub(crate) const FULL: &str = "full-0123456789abcdefghijklmnopqrstuvwxyz";
/// A token that may only read.
pub(crate) const READER: &str = "reader-0123456789abcdefghijklmnopqrstuvwxyz";
/// A token that Cloudflare does not know.
pub(crate) const EXPIRED: &str = "expired-0123456789abcdefghijklmnopqrstuvwxyz";

/// A running server; ends with this value.
pub(crate) struct StandIn {
    pub(crate) port: u16,
    /// The account that has all zones but one.
    pub(crate) account: String,
    server: Child,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let parts = [
            include_str!("stand_in.py"),
            include_str!("dns.py"),
            include_str!("tunnels.py"),
            "start()\n",
        ];
        let mut server = Command::new("python3")
            .args(["-c", &parts.join("\n")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("install Python 3.9 or newer");
        let shapes: Value = serde_json::from_str(include_str!("shapes.json")).unwrap();
        let tokens = json!({ FULL: { "writes": true }, READER: { "writes": false } });
        let start = json!({ "shapes": shapes, "tokens": tokens }).to_string();
        writeln!(server.stdin.as_mut().unwrap(), "{start}").unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).expect("the stand-in does not start");
        Self {
            port: said["port"].as_u64().unwrap().try_into().unwrap(),
            account: said["account"].as_str().unwrap().to_owned(),
            server,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Puts records of this name and type there past the plugin, in the place of those that are there.
    pub(crate) fn by_hand(&self, name: &str, kind: &str, values: &[&str]) {
        by_hand(self.port, name, kind, values);
    }

    /// Says something else to the server; gives what it has then.
    pub(crate) fn tell(&self, what: &Value) -> Value {
        tell(self.port, what)
    }

    /// Contents of the records of this name and type as the server keeps them.
    pub(crate) fn stored(&self, name: &str, kind: &str) -> Vec<String> {
        let records = self.records(name);
        let meant = records.iter().filter(|one| one["type"] == kind);
        meant
            .map(|one| one["content"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Records of this name as the server keeps them.
    pub(crate) fn records(&self, name: &str) -> Vec<Value> {
        let mut records = self.tell(&json!({}))["records"].as_array().unwrap().clone();
        records.retain(|one| one["name"] == name);
        records
    }

    /// The one tunnel whose name at Cloudflare starts so, and that is not removed: its identifier and what the server has of it.
    pub(crate) fn tunnel(&self, start: &str) -> Option<(String, Value)> {
        let told = self.tell(&json!({}));
        let tunnels = told["tunnels"].as_object().unwrap();
        let mut found = tunnels.iter().filter(|(_, one)| {
            one["gone"] == false && one["name"].as_str().unwrap().starts_with(start)
        });
        let first = found.next().map(|(id, one)| (id.clone(), one.clone()));
        assert!(found.next().is_none(), "{told}");
        first
    }

    /// Whether nothing of this name is there.
    pub(crate) fn is_without(&self, name: &str) -> bool {
        self.records(name).is_empty()
    }

    /// How many batches were made.
    pub(crate) fn writes(&self) -> u64 {
        self.tell(&json!({}))["writes"].as_u64().unwrap()
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
    tell(
        port,
        &json!({ "name": name, "type": kind, "ttl": 60, "values": values }),
    );
}

pub(crate) fn tell(port: u16, what: &Value) -> Value {
    let (status, body) = request(port, "POST", "/by-hand", "", &what.to_string()).unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}
