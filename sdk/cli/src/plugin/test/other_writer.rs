//! Somebody who writes to a zone past the plugin: a program of the author's.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use maquette_conformance::{OtherWriter, RecordSet, RecordType};
use serde_json::{Value, json};

/// A program that is given one JSON object on standard input.
pub(super) struct Program(PathBuf);

impl Program {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What the program prints.
    pub(super) fn run(&self, wish: &Value) -> Result<String, String> {
        let failed = |error| format!("{}: {error}", self.0.display());
        let mut child = Command::new(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // A program that does not read its input says by its exit code whether it is content.
            let _ = input.write_all(wish.to_string().as_bytes());
        }
        let done = child.wait_with_output().map_err(failed)?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        Err(format!(
            "{}: {}: {}",
            self.0.display(),
            done.status,
            said.trim()
        ))
    }
}

impl OtherWriter for Program {
    fn put(&self, zone: &str, records: &RecordSet) -> Result<(), String> {
        self.run(&json!({ "action": "put", "zone": zone, "records": records }))
            .map(drop)
    }

    fn take_records(&self, zone: &str, name: &str, kind: RecordType) -> Result<(), String> {
        self.run(&json!({ "action": "take-records", "zone": zone, "name": name, "kind": kind }))
            .map(drop)
    }

    fn remove(&self, zone: &str, name: &str, kind: RecordType) -> Result<(), String> {
        self.run(&json!({ "action": "remove", "zone": zone, "name": name, "kind": kind }))
            .map(drop)
    }
}
