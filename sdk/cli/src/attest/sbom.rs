//! What a plugin is made of, as `CycloneDX` 1.5 (<https://cyclonedx.org/docs/1.5/json/>). Pure.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use maquette_host::Digest;
use serde_json::{Value, json};

/// What was compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) summary: &'a str,
    /// Of the file, or of the manifest that stands for it.
    pub(crate) digest: &'a Digest,
}

/// The document of what was compiled from these packages (see `source::packages`). What only tests and build scripts use
/// is not part of it.
///
/// # Errors
/// The packages are not what `cargo metadata` writes.
pub(crate) fn sbom(about: &About<'_>, packages: &Value) -> anyhow::Result<Value> {
    let known = by_id(packages, "packages")?;
    let nodes = by_id(packages.get("resolve").unwrap_or(&Value::Null), "nodes")?;
    let root = root_package(packages)?.get("id").and_then(Value::as_str);
    let root = root.context("`cargo metadata` gives the crate no id")?;
    let mut reached = BTreeSet::from([root]);
    let mut open = vec![root];
    let mut dependencies = Vec::new();
    while let Some(id) = open.pop() {
        let used: BTreeSet<&str> = nodes
            .get(id)
            .into_iter()
            .flat_map(|node| normal(node))
            .collect();
        let names: Vec<String> = used.iter().filter_map(|id| purl(known.get(id)?)).collect();
        if let Some(name) = known.get(id).and_then(|package| purl(package)) {
            dependencies.push(json!({ "ref": name, "dependsOn": names }));
        }
        open.extend(used.into_iter().filter(|id| reached.insert(id)));
    }
    dependencies.sort_by_key(|entry| entry["ref"].as_str().map(str::to_owned));
    let library = |id: &&str| {
        let package = known.get(*id)?;
        let text = |field: &str| package.get(field).and_then(Value::as_str);
        let name = purl(package)?;
        let mut library = json!({
            "type": "library", "bom-ref": name, "purl": name,
            "name": text("name")?, "version": text("version")?,
        });
        if let (Some(license), Some(fields)) = (text("license"), library.as_object_mut()) {
            // Cargo also accepts `/` for OR, which is no SPDX expression.
            let expression = license.replace('/', " OR ");
            fields.insert("licenses".to_owned(), json!([{ "expression": expression }]));
        }
        Some(library)
    };
    let mut libraries: Vec<Value> = reached
        .iter()
        .filter(|id| **id != root)
        .filter_map(library)
        .collect();
    libraries.sort_by_key(|entry| entry["purl"].as_str().map(str::to_owned));
    let root = known.get(root).and_then(|package| purl(package));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": root, "purl": root,
                "name": about.name, "version": about.version, "description": about.summary,
                "hashes": [{ "alg": "SHA-256", "content": about.digest.hex() }],
            },
            "tools": { "components": [{
                "type": "application", "name": "maquette", "version": env!("CARGO_PKG_VERSION"),
            }] },
        },
        "components": libraries,
        "dependencies": dependencies,
    }))
}

fn by_id<'a>(document: &'a Value, list: &str) -> anyhow::Result<BTreeMap<&'a str, &'a Value>> {
    let items = document.get(list).and_then(Value::as_array);
    let items = items.with_context(|| format!("`cargo metadata` lists no {list}"))?;
    let pairs = items
        .iter()
        .filter_map(|item| Some((item.get("id")?.as_str()?, item)));
    Ok(pairs.collect())
}

/// The crate itself: the package whose manifest was asked about.
///
/// # Errors
/// It is not there.
pub(crate) fn root_package(packages: &Value) -> anyhow::Result<&Value> {
    let path = packages.get("maquette");
    let mut all = packages
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    all.find(|package| package.get("manifest_path") == path)
        .context("`cargo metadata` does not list the crate; give the folder of the crate, not of its workspace")
}

/// What a node uses when it runs.
fn normal(node: &Value) -> impl Iterator<Item = &str> {
    let used = node
        .get("deps")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    used.filter(|dependency| {
        let kinds = dependency.get("dep_kinds").and_then(Value::as_array);
        let mut kinds = kinds.into_iter().flatten();
        kinds.any(|kind| kind.get("kind").is_none_or(Value::is_null))
    })
    .filter_map(|dependency| dependency.get("pkg")?.as_str())
}

/// <https://github.com/package-url/purl-spec/blob/main/types-doc/cargo-definition.md>
fn purl(package: &Value) -> Option<String> {
    let text = |field: &str| package.get(field).and_then(Value::as_str);
    Some(format!("pkg:cargo/{}@{}", text("name")?, text("version")?))
}

#[cfg(test)]
mod tests {
    use maquette_host::Digest;
    use serde_json::json;

    use super::{About, sbom};

    #[test]
    fn it_holds_what_runs_and_not_what_tests_and_builds() {
        let package = |name: &str| json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "manifest_path": format!("/{name}") });
        let uses = |name: &str, kind: &str| {
            let kind = if kind.is_empty() {
                json!(null)
            } else {
                json!(kind)
            };
            json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] })
        };
        let packages = json!({
            "maquette": "/mydns",
            "packages": [package("mydns"), package("serde"), package("itoa"), package("tempfile"), package("cc"), package("other")],
            "resolve": { "nodes": [
                { "id": "mydns", "deps": [uses("serde", ""), uses("tempfile", "dev"), uses("cc", "build")] },
                { "id": "serde", "deps": [uses("itoa", "")] },
                { "id": "itoa", "deps": [] },
            ] },
        });
        let component = Digest::of(b"wasm");
        let about = About {
            name: "mydns",
            version: "1.0.0",
            summary: "s",
            digest: &component,
        };
        let bom = sbom(&about, &packages).unwrap();
        let names: Vec<_> = bom["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["name"])
            .collect();
        assert_eq!(names, ["itoa", "serde"]);
        assert_eq!(
            bom["components"][0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(
            bom["metadata"]["component"]["hashes"][0]["content"],
            component.hex()
        );
        assert_eq!(
            bom["dependencies"][1],
            json!({ "ref": "pkg:cargo/mydns@1.0.0", "dependsOn": ["pkg:cargo/serde@1.0.0"] })
        );
        let nothing = json!({ "packages": [], "resolve": { "nodes": [] } });
        assert!(sbom(&about, &nothing).is_err());
    }
}
