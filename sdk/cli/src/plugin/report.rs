//! What a plugin is and what it asks for, for people and as JSON. Pure.

use std::fmt::Write as _;

use maquette_host::kinds::is_draft;
use maquette_host::manifest::{Credential, Host, Provision};
use maquette_host::{Digest, Inspection, Manifest};
use serde::Serialize;

use crate::attest::Origin;

/// What a plugin is and what it asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<'a> {
    /// File or reference.
    pub(crate) source: String,
    /// Digest of the artifact; nothing for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    /// Digest of the component.
    pub(crate) component_digest: String,
    /// Path of the file; nothing for an artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    pub(crate) size_bytes: u64,
    pub(crate) interfaces: Vec<String>,
    pub(crate) imports: &'a [String],
    #[serde(flatten)]
    pub(crate) manifest: &'a Manifest,
    /// What lies beside an artifact; nothing for a file.
    #[serde(flatten)]
    pub(crate) beside: Option<Beside>,
}

/// What lies beside an artifact in its registry. Who signed what is not looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Beside {
    /// Documents about it.
    pub(crate) attached: Vec<Attached>,
    /// What an attached provenance says, verified or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provenance: Option<Origin>,
    pub(crate) signatures: usize,
    pub(crate) signed_statements: usize,
}

/// A document about an artifact.
#[derive(Debug, Serialize)]
pub(crate) struct Attached {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) digest: String,
}

impl<'a> Report<'a> {
    pub(crate) fn new(
        source: String,
        wasm: &[u8],
        inspection: &'a Inspection,
        manifest: &'a Manifest,
    ) -> Self {
        Self {
            source,
            digest: None,
            component_digest: Digest::of(wasm).to_string(),
            path: None,
            size_bytes: inspection.size_bytes,
            interfaces: inspection.interfaces(),
            imports: &inspection.imports,
            manifest,
            beside: None,
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |label: &str, value: &str| {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{label:<12}{value}");
        };
        line(
            "Plugin",
            &format!("{} {}", self.manifest.name, self.manifest.version),
        );
        line("", &self.manifest.summary);
        self.manifest
            .docs_url
            .iter()
            .for_each(|url| line("Docs", url));
        line("Source", &self.source);
        self.digest.iter().for_each(|digest| line("Digest", digest));
        line("Size", &format!("{} KiB", self.size_bytes.div_ceil(1024)));
        list(
            &mut line,
            "Implements",
            self.interfaces.iter().map(interface),
        );
        list(&mut line, "Calls", self.manifest.hosts.iter().map(host));
        list(
            &mut line,
            "Credentials",
            self.manifest.credentials.iter().map(credential),
        );
        list(
            &mut line,
            "Config",
            config_fields(&self.manifest.config_schema),
        );
        list(
            &mut line,
            "Imports",
            self.imports.iter().filter(|name| !is_inert(name)).cloned(),
        );
        if let Some(beside) = &self.beside {
            let attached = beside.attached.iter().map(|it| it.kind.clone());
            list(&mut line, "Beside it", attached);
            if let Some(origin) = &beside.provenance {
                line("Made from", &format!("{origin} (not verified)"));
            }
            line("Signed", &beside.signed());
        }
        text.trim_end().to_owned()
    }
}

impl Beside {
    fn signed(&self) -> String {
        let Self {
            signatures,
            signed_statements: statements,
            ..
        } = self;
        if *signatures == 0 && *statements == 0 {
            return "by nobody".to_owned();
        }
        format!(
            "signatures: {signatures}, signed statements: {statements}; `maquette plugin verify` says whose"
        )
    }
}

fn list(line: &mut impl FnMut(&str, &str), label: &str, items: impl Iterator<Item = String>) {
    let mut label = label;
    for item in items {
        line(label, &item);
        label = "";
    }
    if !label.is_empty() {
        line(label, "nothing");
    }
}

fn interface(name: &String) -> String {
    if is_draft(name) {
        format!("{name} (draft: it may change with every release)")
    } else {
        name.clone()
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Fixed(origin) => origin.clone(),
        Host::FromConfig(pointer) => format!("the server at config{pointer}"),
    }
}

fn credential(credential: &Credential) -> String {
    let provision = match credential.provision {
        Provision::Required => "",
        Provision::Optional => ", optional",
        Provision::Made => ", generated where none is given",
    };
    let group = credential.group.as_ref();
    let group = group.map_or(String::new(), |group| format!(", one of `{group}`"));
    format!(
        "{} ({}{provision}{group}): {}",
        credential.name, credential.placement, credential.description
    )
}

/// The schema's top-level properties, one line each.
fn config_fields(schema: &serde_json::Value) -> impl Iterator<Item = String> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(|list| list.as_array())
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str())
        .collect();
    let properties = schema
        .get("properties")
        .and_then(|properties| properties.as_object())
        .into_iter()
        .flatten();
    properties.map(move |(name, property)| {
        let need = if required.contains(&name.as_str()) {
            "required"
        } else {
            "optional"
        };
        let about = property
            .get("description")
            .and_then(|text| text.as_str())
            .unwrap_or("not described");
        format!(
            "{name} ({need}): {}",
            about.split_whitespace().collect::<Vec<_>>().join(" ")
        )
    })
}

/// Imports that reach nothing: an empty environment, clocks, random numbers and the plumbing of streams.
fn is_inert(import: &str) -> bool {
    [
        "wasi:cli/",
        "wasi:clocks/",
        "wasi:io/",
        "wasi:random/",
        "maquette:plugin/types",
    ]
    .iter()
    .any(|prefix| import.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use maquette_host::{Inspection, Manifest};

    use super::Report;

    #[test]
    fn people_read_what_it_is_and_what_it_asks_for() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "name": "powerdns", "version": "1.2.0", "summary": "Keeps record sets",
            "configSchema": {
                "type": "object", "required": ["url"],
                "properties": { "url": { "description": "Base URL\nof the API" }, "server": {} },
            },
            "credentials": [{
                "name": "api-key", "description": "Key", "placement": { "type": "header", "name": "X-API-Key" },
            }],
            "hosts": [{ "fromConfig": "/url" }],
        }))
        .unwrap();
        let inspection = Inspection {
            imports: vec![
                "wasi:cli/exit@0.2.4".into(),
                "wasi:http/outgoing-handler@0.2.4".into(),
            ],
            exports: vec![
                "maquette:plugin/manifest@0.1.0".into(),
                "maquette:dns/dns@0.1.0".into(),
                "maquette:source/source@0.0.1".into(),
            ],
            manifest: None,
            size_bytes: 1_500,
        };
        let report = Report::new("powerdns.wasm".into(), b"", &inspection, &manifest);
        assert_eq!(
            report.text(),
            "Plugin      powerdns 1.2.0\n            Keeps record sets\nSource      powerdns.wasm\nSize        2 KiB\n\
             Implements  maquette:dns/dns@0.1.0\n            maquette:source/source@0.0.1 (draft: it may change with every release)\nCalls       the server at config/url\n\
             Credentials api-key (sent in the header X-API-Key): Key\n\
             Config      server (optional): not described\n            url (required): Base URL of the API\n\
             Imports     wasi:http/outgoing-handler@0.2.4"
        );
    }
}
