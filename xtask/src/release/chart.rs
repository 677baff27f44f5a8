//! The chart, packaged and pushed with helm. helm writes the time into its archives; here the same files are the same archive.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};

use super::plan::Item;
use crate::root::root;
use crate::step::step;

/// What became of it.
pub(super) struct Pushed {
    pub(super) digest: String,
    pub(super) new: bool,
    /// The archive.
    pub(super) archive: Vec<u8>,
}

/// Packages the chart and pushes it, unless it is there already.
///
/// # Errors
/// helm fails, or another chart has this version already.
pub(super) fn publish(
    item: &Item,
    plain_http: bool,
    committed_at: Option<u64>,
    folder: &Path,
    progress: &Progress,
) -> Result<Pushed> {
    tools::ensure(&[Tool::Helm], progress)?;
    let path = package(item, committed_at, folder, progress)?;
    let archive = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    if let Some((digest, existing)) = existing(item, plain_http, &folder.join("existing"))? {
        ensure!(
            existing == archive,
            "{} exists already and is something else ({digest}); raise the version in charts/maquette/Chart.yaml",
            item.reference()
        );
        return Ok(Pushed {
            digest,
            new: false,
            archive,
        });
    }
    let parent = item
        .repository
        .rsplit_once('/')
        .map_or("", |(parent, _)| parent);
    let mut push = helm(&["push"], plain_http)?;
    push.arg(&path).arg(format!("oci://{parent}"));
    let said = step(progress, "helm push maquette", &mut push)?;
    let digest = digest(&said.lines).context("helm push did not say the digest")?;
    Ok(Pushed {
        digest,
        new: true,
        archive,
    })
}

fn helm(arguments: &[&str], plain_http: bool) -> Result<Command> {
    let mut helm = Command::new(Tool::Helm.path()?);
    helm.args(arguments);
    if plain_http {
        helm.arg("--plain-http");
    }
    Ok(helm)
}

/// The chart's archive, without anything that depends on when and by whom it is made.
fn package(
    item: &Item,
    committed_at: Option<u64>,
    folder: &Path,
    progress: &Progress,
) -> Result<PathBuf> {
    let mut package = helm(&["package"], false)?;
    package.arg(root().join("charts/maquette"));
    package.arg("--destination").arg(folder);
    step(progress, "helm package maquette", &mut package)?;
    let path = folder.join(format!("maquette-{}.tgz", item.version));
    let packaged = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    std::fs::write(&path, without_times(&packaged)?)?;
    // helm takes the time of the artifact from the file.
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(committed_at.unwrap_or_default());
    File::options()
        .write(true)
        .open(&path)?
        .set_modified(time)?;
    Ok(path)
}

fn without_times(packaged: &[u8]) -> Result<Vec<u8>> {
    let mut source = tar::Archive::new(GzDecoder::new(packaged));
    let gzip = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::best());
    let mut archive = tar::Builder::new(gzip);
    let mut entries = Vec::new();
    for entry in source.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        entries.push((path, bytes));
    }
    for (path, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// Digest and archive of what has this version already; nothing where the registry has none.
fn existing(item: &Item, plain_http: bool, folder: &Path) -> Result<Option<(String, Vec<u8>)>> {
    std::fs::create_dir_all(folder)?;
    let mut pull = helm(&["pull"], plain_http)?;
    pull.arg(format!("oci://{}", item.repository));
    pull.args(["--version", &item.version, "--destination"]);
    let done = pull.arg(folder).output().context("running helm")?;
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let lines: Vec<String> = said
        .iter()
        .flat_map(|text| text.lines())
        .map(str::to_owned)
        .collect();
    if !done.status.success() {
        let reason = lines.join(" ");
        if reason.contains("not found")
            || reason.contains("NAME_UNKNOWN")
            || reason.contains("MANIFEST_UNKNOWN")
        {
            return Ok(None);
        }
        bail!("looking for {}: {reason}", item.reference());
    }
    let path = folder.join(format!("maquette-{}.tgz", item.version));
    let archive = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let digest = digest(&lines).context("helm pull did not say the digest")?;
    Ok(Some((digest, archive)))
}

/// helm says it in a line `Digest: sha256:…`.
fn digest(lines: &[String]) -> Option<String> {
    let mut said = lines
        .iter()
        .filter_map(|line| line.trim().strip_prefix("Digest: "));
    said.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_the_same_archive_whenever_they_were_packaged() {
        let packaged = |time: u64| {
            let gzip = GzBuilder::new()
                .mtime(7)
                .write(Vec::new(), Compression::fast());
            let mut archive = tar::Builder::new(gzip);
            let mut header = tar::Header::new_gnu();
            header.set_size(1);
            header.set_mtime(time);
            archive
                .append_data(&mut header, "maquette/Chart.yaml", &b"x"[..])
                .unwrap();
            archive.into_inner().unwrap().finish().unwrap()
        };
        assert_ne!(packaged(1), packaged(2));
        assert_eq!(
            without_times(&packaged(1)).unwrap(),
            without_times(&packaged(2)).unwrap()
        );
    }

    #[test]
    fn the_digest_is_found_in_what_helm_says() {
        let lines = ["Pushed: r/charts/maquette:1", "Digest: sha256:00"].map(str::to_owned);
        assert_eq!(digest(&lines).as_deref(), Some("sha256:00"));
        assert_eq!(digest(&[]), None);
    }
}
