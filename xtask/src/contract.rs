//! `cargo xtask contract`: a released version of a package of the plugin contract never changes, the newest files do not change
//! under a released number, and no draft is released.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::root::root;

/// What the name of a released version's folder starts with.
const RELEASED: &str = "since-v";
/// The folder of the packages that no release promises, and what their versions start with.
const DRAFTS: &str = "draft";
const DRAFT_VERSION: &str = "0.0.";
const SUMS: &str = "SHA256SUMS";

/// The WIT files of several packages, by their path: `dns/dns.wit`.
type Files = BTreeMap<String, String>;

pub(crate) fn run() -> Result<()> {
    let Checked { released, drafts } = check(root())?;
    println!("released and unchanged: {}", released.join(", "));
    println!("drafts: {}", drafts.join(", "));
    Ok(())
}

/// What there is, as `maquette:dns@0.1.0`.
#[derive(Debug)]
struct Checked {
    released: Vec<String>,
    drafts: Vec<String>,
}

/// The contract of a checkout.
fn check(root: &Path) -> Result<Checked> {
    let wit = root.join("wit");
    let (newest, mut drafts, mut released) = (files(&wit)?, Vec::new(), Files::new());
    let mut faults = Vec::new();
    if wit.join(DRAFTS).is_dir() {
        for (path, text) in files(&wit.join(DRAFTS))? {
            match package(&text) {
                Some(name) if is_draft(name) => drafts.push(name.to_owned()),
                _ => faults.push(format!(
                    "wit/{DRAFTS}/{path}: the version of a draft is {DRAFT_VERSION}x"
                )),
            }
        }
    }
    for entry in fs::read_dir(&wit).context("reading wit/")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(version) = name.strip_prefix(RELEASED) else {
            continue;
        };
        let folder = wit.join(&name);
        let found = files(&folder)?;
        let sums = fs::read_to_string(folder.join(SUMS))
            .with_context(|| format!("wit/{name}/{SUMS} cannot be read"))?;
        faults.extend(changed(&name, &found, &sums));
        if let Some(tagged) = tagged(root, version, &name)?
            && tagged != found
        {
            faults.push(format!(
                "wit/{name} is not what the git tag v{version} has; take that back: `git checkout v{version} -- wit/{name}`"
            ));
        }
        released.extend(found);
    }
    faults.extend(stable(&newest));
    faults.extend(stable(&released));
    faults.extend(rewritten(&newest, &released));
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"))
    }
    let names = |files: &Files| {
        let mut names: Vec<String> = files
            .values()
            .filter_map(|text| package(text))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    };
    Ok(Checked {
        released: names(&released),
        drafts,
    })
}

/// The packages that a release promises, or would, without a version, or with that of a draft. Pure.
fn stable(files: &Files) -> Vec<String> {
    let wrong = files
        .iter()
        .filter(|(_, text)| package(text).is_none_or(is_draft));
    wrong
        .map(|(path, _)| {
            format!("wit/{path} has no version of a stable package; drafts are in wit/{DRAFTS}")
        })
        .collect()
}

/// What differs from the checksums that were committed with a release. Pure.
fn changed(folder: &str, found: &Files, sums: &str) -> Vec<String> {
    let actual: BTreeMap<&str, String> = found
        .iter()
        .map(|(name, text)| (name.as_str(), sha256(text)))
        .collect();
    let wanted: BTreeMap<&str, String> = sums
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name, sum.to_owned()))
        .collect();
    let names = wanted.keys().chain(actual.keys());
    let mut faults: Vec<String> = names
        .filter(|name| wanted.get(*name) != actual.get(*name))
        .map(|name| {
            format!("wit/{folder}/{name} was released and has changed; a change belongs into wit/ with a new version")
        })
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

/// What the newest contract says otherwise than the released one of the same package and version. Pure.
fn rewritten(newest: &Files, released: &Files) -> Vec<String> {
    let (now, before) = (packages(newest), packages(released));
    let mut faults: Vec<String> = now
        .iter()
        .filter(|(name, files)| before.get(*name).is_some_and(|same| same != *files))
        .map(|(name, _)| {
            format!("wit/ says something else than the released {name}; give the package a new version (wit/README.md)")
        })
        .collect();
    let folders = |files: &Files| {
        files
            .keys()
            .map(|path| folder(path).to_owned())
            .collect::<Vec<_>>()
    };
    for folder in folders(newest) {
        let mut versions: Vec<&str> = newest
            .iter()
            .filter(|(path, _)| self::folder(path) == folder)
            .filter_map(|(_, text)| package(text))
            .collect();
        versions.dedup();
        if versions.len() != 1 {
            faults.push(format!("the package lines in wit/{folder} differ"));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// What each package says, by its name with version and the names of its files.
fn packages(files: &Files) -> BTreeMap<&str, BTreeMap<&str, String>> {
    let mut packages: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
    for (path, text) in files {
        if let Some(name) = package(text) {
            let file = path
                .rsplit_once('/')
                .map_or(path.as_str(), |(_, file)| file);
            packages.entry(name).or_default().insert(file, said(text));
        }
    }
    packages
}

/// The folder of a file.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The package that a file belongs to, with its version: `maquette:dns@0.1.0`.
fn package(text: &str) -> Option<&str> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("package "))?;
    let name = line.trim_end_matches(';');
    name.contains('@').then_some(name)
}

fn is_draft(package: &str) -> bool {
    package
        .split_once('@')
        .is_some_and(|(_, version)| version.starts_with(DRAFT_VERSION))
}

/// In hexadecimal digits.
fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// A file without comments and layout.
fn said(text: &str) -> String {
    let code = text
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    code.flat_map(str::split_whitespace).collect()
}

/// The WIT files of the packages in a folder, each package being a folder of its own.
fn files(folder: &Path) -> Result<Files> {
    let reading = |path: &Path| format!("reading {}", path.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(|| reading(folder))? {
        let package = entry?.path();
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        if !package.is_dir() || name.starts_with(RELEASED) || name == DRAFTS {
            continue;
        }
        for entry in fs::read_dir(&package).with_context(|| reading(&package))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path).with_context(|| reading(&path))?;
                files.insert(format!("{name}/{file}"), text);
            }
        }
    }
    Ok(files)
}

/// The files as the tag of that release has them; nothing where there is no such tag yet, or not in this clone.
fn tagged(root: &Path, version: &str, folder: &str) -> Result<Option<Files>> {
    let tag = format!("refs/tags/v{version}");
    if git(root, &["rev-parse", "--quiet", "--verify", &tag])?.is_none() {
        return Ok(None);
    }
    let place = format!("wit/{folder}/");
    let Some(names) = git(root, &["ls-tree", "-r", "--name-only", &tag, &place])? else {
        bail!("git cannot list {place} of {tag}");
    };
    let mut files = Files::new();
    let is_wit = |path: &&str| Path::new(path).extension().is_some_and(|end| end == "wit");
    for path in names.lines().filter(is_wit) {
        let text = git(root, &["show", &format!("{tag}:{path}")])?;
        let text = text.with_context(|| format!("git cannot show {path} of {tag}"))?;
        files.insert(path.trim_start_matches(&place).to_owned(), text);
    }
    Ok(Some(files))
}

/// What git prints; nothing when it fails.
fn git(root: &Path, arguments: &[&str]) -> Result<Option<String>> {
    let done = Command::new("git")
        .current_dir(root)
        .args(arguments)
        .output()
        .context("running git")?;
    let text = String::from_utf8(done.stdout).context("git prints no UTF-8")?;
    Ok(done.status.success().then_some(text))
}
