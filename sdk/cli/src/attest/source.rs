//! What cargo and git know of a crate.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// Where a crate comes from, as git knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// URL of the remote `origin`, without a login.
    pub(crate) repository: Option<String>,
    /// Commit that is checked out.
    pub(crate) commit: Option<String>,
    /// Whether files differ from that commit.
    pub(crate) is_changed: bool,
}

/// The packages that the crate in a folder is compiled from for a target, as `cargo metadata` writes them.
///
/// # Errors
/// There is no crate, or its dependencies cannot be resolved.
pub(crate) fn packages(folder: &Path, target: &str) -> anyhow::Result<Value> {
    let manifest = folder.join("Cargo.toml");
    ensure!(
        manifest.is_file(),
        "--crate: {} has no Cargo.toml; give the folder of the crate",
        folder.display()
    );
    let done = Command::new("cargo")
        .args([
            "metadata",
            "--format-version=1",
            "--filter-platform",
            target,
            "--manifest-path",
        ])
        .arg(&manifest)
        .output()
        .context("cargo cannot be run; install Rust from https://rustup.rs")?;
    ensure!(
        done.status.success(),
        "the dependencies of {} cannot be read: {}",
        folder.display(),
        String::from_utf8_lossy(&done.stderr).trim()
    );
    let mut packages: Value = serde_json::from_slice(&done.stdout)?;
    let path = manifest.canonicalize()?.display().to_string();
    if let Some(fields) = packages.as_object_mut() {
        fields.insert("maquette".to_owned(), Value::String(path));
    }
    Ok(packages)
}

/// The lock file that the crate in a folder is compiled with: its own or that of its workspace.
pub(crate) fn lock_file(folder: &Path) -> Option<Vec<u8>> {
    let folder = folder.canonicalize().ok()?;
    let mut found = folder.ancestors().map(|folder| folder.join("Cargo.lock"));
    std::fs::read(found.find(|path| path.is_file())?).ok()
}

impl Source {
    /// What git says of a folder. What it does not say is left out.
    pub(crate) fn of(folder: &Path) -> Self {
        let text = |arguments: &[&str]| {
            let done = git(folder, arguments)
                .ok()
                .filter(|done| done.status.success())?;
            let text = String::from_utf8(done.stdout).ok()?.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Self {
            repository: text(&["remote", "get-url", "origin"]).map(|url| without_login(&url)),
            commit: text(&["rev-parse", "HEAD"]),
            is_changed: text(&["status", "--porcelain", "--", "."]).is_some(),
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
}

/// A remote's URL may hold a token.
fn without_login(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_login;

    #[test]
    fn a_login_in_a_remote_is_left_out() {
        for (url, bare) in [
            (
                "https://me:canary@git.example.com/a/b.git",
                "https://git.example.com/a/b.git",
            ),
            (
                "https://git.example.com/a/b@c",
                "https://git.example.com/a/b@c",
            ),
            ("git@git.example.com:a/b.git", "git@git.example.com:a/b.git"),
        ] {
            assert_eq!(without_login(url), bare);
        }
    }
}
