//! Runs the command.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// The JSON document on standard output of a run that succeeded.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard error of a run that ended with this code.
    pub(crate) fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        &self.stderr
    }
}

/// Runs the command with these arguments, environment and standard input.
pub(crate) fn maquette<S: AsRef<OsStr>>(
    arguments: &[S],
    environment: &[(&str, &OsStr)],
    input: &str,
) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_maquette"))
        .args(arguments)
        .env_remove("SOURCE_DATE_EPOCH")
        // Nobody's logins.
        .env("DOCKER_CONFIG", "/nonexistent")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Done {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Root of the sources.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The PowerDNS plugin, built once with the command itself.
pub(crate) fn plugin() -> &'static Path {
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    PLUGIN.get_or_init(|| shipped("powerdns"))
}

/// A plugin of this repository, built with the command itself.
pub(crate) fn shipped(name: &str) -> PathBuf {
    let folder = repository().join("plugins").join(name);
    let done = maquette(
        &[
            OsStr::new("plugin"),
            OsStr::new("build"),
            folder.as_os_str(),
            OsStr::new("--output=json"),
        ],
        &[],
        "",
    );
    done.json()["path"].as_str().unwrap().into()
}
