//! What there is to publish, and under which names.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;

use crate::cargo::cargo;
use crate::root::root;

/// HOST[:PORT] or HOST[:PORT]/PREFIX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(String);

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A plugin of plugins/.
    Plugin,
    /// The operator's image.
    Image,
    /// The Helm chart.
    Chart,
}

/// One thing to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: Kind,
    /// As `--only` takes it; that of a plugin is its folder's.
    pub(super) name: String,
    pub(super) version: String,
    /// Where to, without the tag.
    pub(super) repository: String,
}

impl Item {
    fn new(place: &Place, kind: Kind, name: &str, version: &str) -> Self {
        let path = match kind {
            Kind::Plugin => name,
            Kind::Image => "maquette-operator",
            Kind::Chart => "charts/maquette",
        };
        Self {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            repository: format!("{place}/{path}"),
        }
    }

    /// A tag cannot hold `+`; `_` stands for it, as helm does.
    pub(super) fn reference(&self) -> String {
        format!("{}:{}", self.repository, self.version.replace('+', "_"))
    }
}

impl Place {
    /// Whether the registry is on this machine; it speaks plain HTTP then.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.0.split('/').next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let address = host.parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('/');
        let well_formed = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-:".contains(c))
        };
        if text.contains("://") || !text.split('/').all(well_formed) {
            return Err("write HOST[:PORT] or HOST[:PORT]/PREFIX, in lower case, without a scheme and a tag".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that is released, or what of it was asked for.
pub(super) fn items(place: &Place, only: &[String]) -> Result<Vec<Item>> {
    let mut items = plugins(place, &metadata()?)?;
    let operator = env!("CARGO_PKG_VERSION");
    items.push(Item::new(place, Kind::Image, "operator", operator));
    items.push(Item::new(place, Kind::Chart, "chart", &chart_version()?));
    chosen(items, only)
}

fn chosen(items: Vec<Item>, only: &[String]) -> Result<Vec<Item>> {
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("--only {unknown}: there is {}", names.join(", "));
    }
    let wanted = |item: &Item| only.is_empty() || only.contains(&item.name);
    Ok(items.into_iter().filter(wanted).collect())
}

fn metadata() -> Result<Value> {
    let arguments = ["metadata", "--no-deps", "--format-version=1", "--locked"];
    let done = cargo(&root().join("plugins"), &arguments)
        .output()
        .context("running cargo")?;
    anyhow::ensure!(
        done.status.success(),
        "cargo metadata of plugins/ failed: {}",
        String::from_utf8_lossy(&done.stderr).trim()
    );
    serde_json::from_slice(&done.stdout).context("reading what cargo metadata says of plugins/")
}

/// A plugin is what is compiled to a component of its own; the others are libraries of these.
fn plugins(place: &Place, metadata: &Value) -> Result<Vec<Item>> {
    let list = |value: &Value, field: &str| {
        let items = value.get(field).and_then(Value::as_array);
        items.cloned().unwrap_or_default()
    };
    let text = |package: &Value, field: &str| {
        let text = package.get(field).and_then(Value::as_str);
        text.map(str::to_owned)
            .with_context(|| format!("cargo metadata gives a package no {field}"))
    };
    let mut found = Vec::new();
    for package in list(metadata, "packages") {
        let is_component = list(&package, "targets")
            .iter()
            .any(|target| list(target, "kind").contains(&"cdylib".into()));
        if is_component {
            let manifest = text(&package, "manifest_path")?;
            let folder = std::path::Path::new(&manifest).parent();
            let name = folder.and_then(|folder| folder.file_name()?.to_str());
            let name = name.with_context(|| format!("{manifest} lies in no folder"))?;
            let version = text(&package, "version")?;
            found.push(Item::new(place, Kind::Plugin, name, &version));
        }
    }
    anyhow::ensure!(!found.is_empty(), "there is no plugin in plugins/");
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn chart_version() -> Result<String> {
    let path = root().join("charts/maquette/Chart.yaml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let chart: Value =
        serde_saphyr::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let version = chart.get("version").and_then(Value::as_str);
    let version = version.with_context(|| format!("{} has no version", path.display()))?;
    Ok(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        "r.example:5000/team".parse().unwrap()
    }

    #[test]
    fn every_component_of_the_plugins_workspace_is_released_and_no_library() {
        let items = items(&place(), &[]).unwrap();
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let folders = std::fs::read_dir(root().join("plugins")).unwrap();
        let mut expected: Vec<String> = folders
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
                manifest.contains("cdylib")
            })
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        expected.sort();
        expected.extend(["operator", "chart"].map(str::to_owned));
        assert_eq!(names, expected);
        assert!(!names.contains(&"distribution"));
    }

    #[test]
    fn things_lie_below_the_prefix_under_their_versions() {
        let items = items(
            &place(),
            &["chart", "powerdns", "operator"].map(str::to_owned),
        )
        .unwrap();
        let references: Vec<String> = items.iter().map(Item::reference).collect();
        assert_eq!(
            references,
            [
                "r.example:5000/team/powerdns:0.1.0",
                "r.example:5000/team/maquette-operator:0.1.0",
                "r.example:5000/team/charts/maquette:0.1.0"
            ]
        );
    }

    #[test]
    fn what_there_is_not_and_what_is_no_place_is_told() {
        let told = items(&place(), &["nothing".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(
            told.contains("--only nothing: there is cloudflare"),
            "{told}"
        );
        for text in [
            "",
            "https://r.example",
            "R.example",
            "r.example//a",
            "r.example/a b",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
        assert_eq!(
            "r.example/a/".parse::<Place>().unwrap().to_string(),
            "r.example/a"
        );
    }
}
