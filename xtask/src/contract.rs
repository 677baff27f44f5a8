//! `cargo xtask contract`: a released version of the plugin contract never changes, and the newest one does not change under
//! a released number.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::root::root;

/// What the name of a released version's folder starts with.
const RELEASED: &str = "since-v";
const SUMS: &str = "SHA256SUMS";

/// The WIT files of one version, by name.
type Files = BTreeMap<String, String>;

pub(crate) fn run() -> Result<()> {
    println!("released and unchanged: {}", check(root())?.join(", "));
    Ok(())
}

/// The released versions of a checkout.
fn check(root: &Path) -> Result<Vec<String>> {
    let wit = root.join("wit");
    let newest = files(&wit)?;
    let mut faults = Vec::new();
    let mut released = BTreeMap::new();
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
        released.insert(version.to_owned(), found);
    }
    faults.extend(rewritten(&newest, &released));
    if faults.is_empty() {
        Ok(released.into_keys().collect())
    } else {
        bail!("{}", faults.join("\n"))
    }
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

/// What the newest contract says otherwise than the released one of its version. Pure.
fn rewritten(newest: &Files, released: &BTreeMap<String, Files>) -> Vec<String> {
    let versions: Vec<&str> = newest.values().filter_map(|text| version(text)).collect();
    let Some((first, others)) = versions.split_first() else {
        return vec!["wit/ has no package line".to_owned()];
    };
    if versions.len() != newest.len() || others.iter().any(|other| other != first) {
        return vec!["the package lines in wit/ name several versions".to_owned()];
    }
    let Some(same) = released.get(*first) else {
        return Vec::new();
    };
    let names = newest.keys().chain(same.keys());
    let mut faults: Vec<String> = names
        .filter(|name| newest.get(*name).map(|text| said(text)) != same.get(*name).map(|text| said(text)))
        .map(|name| {
            format!(
                "wit/{name} says something else than the released version {first}; give wit/ a new version (wit/README.md)"
            )
        })
        .collect();
    faults.sort();
    faults.dedup();
    faults
}

/// The version of the package that a file belongs to.
fn version(text: &str) -> Option<&str> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("package "))?;
    line.trim_end_matches(';').split_once('@').map(|(_, v)| v)
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

fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path);
            files.insert(
                name.into_owned(),
                text.with_context(|| format!("reading {}", path.display()))?,
            );
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
    let Some(names) = git(root, &["ls-tree", "--name-only", &tag, &place])? else {
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

#[cfg(test)]
mod tests {
    use super::*;

    const DNS: &str =
        "package maquette:plugin@0.1.0;\n/// Records.\ninterface dns {\n    zones: func();\n}\n";

    fn one(text: &str) -> Files {
        Files::from([("dns.wit".to_owned(), text.to_owned())])
    }

    fn sums(files: &Files) -> String {
        files.iter().fold(String::new(), |sums, (name, text)| {
            format!("{sums}{}  {name}\n", sha256(text))
        })
    }

    #[test]
    fn the_contract_of_this_tree_is_in_order() {
        assert!(check(root()).unwrap().contains(&"0.1.0".to_owned()));
    }

    #[test]
    fn a_released_file_cannot_change_together_with_its_checksum_once_it_is_tagged() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let released = root.join("wit/since-v0.1.0");
        fs::create_dir_all(&released).unwrap();
        let write = |text: &str| {
            fs::write(root.join("wit/dns.wit"), text).unwrap();
            fs::write(released.join("dns.wit"), text).unwrap();
            fs::write(released.join(SUMS), sums(&one(text))).unwrap();
        };
        write(DNS);
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &["commit", "--quiet", "--message", "release"],
            &["tag", "v0.1.0"],
        ] {
            let all = [&identity, arguments].concat();
            assert!(git(root, &all).unwrap().is_some(), "{arguments:?}");
        }
        assert_eq!(check(root).unwrap(), ["0.1.0"]);
        write(&DNS.replace("zones", "domains"));
        let error = check(root).unwrap_err().to_string();
        assert!(
            error.contains("is not what the git tag v0.1.0 has"),
            "{error}"
        );
    }

    #[test]
    fn a_released_file_that_changed_came_or_went_is_found() {
        let released = one(DNS);
        let sums = sums(&released);
        assert_eq!(changed("since-v0.1.0", &released, &sums), [""; 0]);
        let mut more = released.clone();
        more.insert("new.wit".into(), DNS.into());
        for (files, name) in [
            (one(&DNS.replace("Records", "records")), "dns.wit"),
            (Files::new(), "dns.wit"),
            (more, "new.wit"),
        ] {
            let faults = changed("since-v0.1.0", &files, &sums);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(&format!("wit/since-v0.1.0/{name} ")));
        }
    }

    #[test]
    fn under_a_released_number_only_comments_change() {
        let released = BTreeMap::from([("0.1.0".to_owned(), one(DNS))]);
        let newest = one(&DNS.replace("Records.", "Record sets."));
        assert_eq!(rewritten(&newest, &released), [""; 0]);
        for text in [
            DNS.replace("    zones: func();\n", ""),
            DNS.replace("zones: func()", "zones: func(all: bool)"),
            DNS.replace('}', "    more: func();\n}"),
        ] {
            let faults = rewritten(&one(&text), &released);
            assert_eq!(faults.len(), 1, "{text}");
            let next = text.replace("0.1.0", "0.2.0");
            assert_eq!(rewritten(&one(&next), &released), [""; 0]);
        }
    }
}
