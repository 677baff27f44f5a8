//! What the users of a plugin would stumble over. Pure.

use maquette_host::manifest::Host;
use maquette_host::{Inspection, Manifest};
use serde::Serialize;
use serde_json::Value;

/// Larger components take noticeably longer to pull and compile, in bytes.
const LARGE: u64 = 8 << 20;
/// Longer summaries do not fit into a line of a listing, in characters.
const LONG: usize = 100;

/// One thing that is missing or unusual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Part of the manifest or of the component.
    pub(super) place: String,
    /// What is wrong with it and what to do.
    pub(super) message: String,
}

/// Everything that is found.
pub(super) fn findings(inspection: &Inspection, manifest: &Manifest) -> Vec<Finding> {
    let mut found = about(manifest);
    found.extend(schema(&manifest.config_schema));
    found.extend(network(inspection, manifest));
    if inspection.size_bytes > LARGE {
        let size = inspection.size_bytes >> 20;
        let message = format!(
            "it has {size} MiB, which every installation pulls and compiles; build with opt-level \"s\", lto and strip"
        );
        found.push(finding("component", message));
    }
    found
}

fn finding(place: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        place: place.into(),
        message: message.into(),
    }
}

fn about(manifest: &Manifest) -> Vec<Finding> {
    let mut found = Vec::new();
    if manifest.summary.trim().is_empty() || manifest.summary.chars().count() > LONG {
        let message =
            format!("say in one line of at most {LONG} characters what the plugin is for");
        found.push(finding("summary", message));
    }
    if manifest.docs_url.is_none() {
        let message = "nobody learns where the documentation is; set DOCS_URL";
        found.push(finding("docsUrl", message));
    }
    for credential in &manifest.credentials {
        if credential.description.trim().is_empty() {
            let place = format!("credentials.{}", credential.name);
            found.push(finding(place, "say what it is and where users get it"));
        }
    }
    found
}

fn schema(schema: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties else {
        let is_any = schema
            .as_object()
            .is_none_or(|all| !all.contains_key("type"));
        if is_any {
            let message =
                "it accepts anything; give the plugin a configuration type, empty if it needs none";
            found.push(finding("configSchema", message));
        }
        return found;
    };
    let is_open = schema.get("additionalProperties") != Some(&Value::Bool(false));
    if is_open && !properties.is_empty() {
        let message = "a field whose name is mistyped is accepted and ignored; add #[serde(deny_unknown_fields)]";
        found.push(finding("configSchema", message));
    }
    for (name, property) in properties {
        let described = property.get("description").and_then(Value::as_str);
        if described.is_none_or(|text| text.trim().is_empty()) {
            let place = format!("configSchema.properties.{name}");
            found.push(finding(
                place,
                "it is not described; document the field, users read it",
            ));
        }
    }
    found
}

fn network(inspection: &Inspection, manifest: &Manifest) -> Vec<Finding> {
    let imports = |name: &str| {
        let mut all = inspection.imports.iter();
        all.any(|import| import.starts_with(name))
    };
    let calls = imports("wasi:http/outgoing-handler") || imports("maquette:plugin/dns-transport");
    let has_servers = inspection.interfaces().iter().any(|name| {
        let remote = ["maquette:dns/", "maquette:registry/", "maquette:source/"];
        remote.iter().any(|start| name.starts_with(start))
    });
    let mut found = Vec::new();
    // The other interfaces are pure, or work without a server where the provider has none.
    if calls && has_servers && manifest.hosts.is_empty() {
        let message = "it calls servers and names none, so every Provider has to find out what to grant; declare hosts()";
        found.push(finding("hosts", message));
    }
    if !calls && !manifest.hosts.is_empty() {
        found.push(finding(
            "hosts",
            "it names servers that it has no means to call; remove them",
        ));
    }
    for host in &manifest.hosts {
        let pointer = match host {
            Host::Fixed(origin) if origin.starts_with("http://") => {
                let message = format!("{origin} is called without TLS; use https");
                found.push(finding("hosts", message));
                continue;
            }
            Host::Fixed(_) => continue,
            Host::FromConfig(pointer) => pointer,
        };
        let field = pointer.trim_start_matches('/').replace('/', "/properties/");
        let place = format!("/properties/{field}");
        if manifest.config_schema.pointer(&place).is_none() {
            let message = format!("config{pointer} is no field of the configuration");
            found.push(finding("hosts", message));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use maquette_host::{Inspection, Manifest};
    use serde_json::{Value, json};

    use super::findings;

    fn places(change: impl FnOnce(&mut Value), imports: &[&str]) -> Vec<String> {
        let mut manifest = json!({
            "name": "p", "version": "1.0.0", "summary": "Keeps records", "docsUrl": "https://example.com/docs",
            "configSchema": {
                "type": "object", "additionalProperties": false,
                "properties": { "url": { "type": "string", "description": "Where it is" } },
            },
            "hosts": [{ "fromConfig": "/url" }],
        });
        change(&mut manifest);
        let manifest: Manifest = serde_json::from_value(manifest).unwrap();
        let inspection = Inspection {
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
            exports: vec!["maquette:dns/dns@0.1.0".to_owned()],
            manifest: None,
            size_bytes: 100_000,
        };
        let found = findings(&inspection, &manifest);
        found.into_iter().map(|finding| finding.place).collect()
    }

    type Change = fn(&mut Value);
    const HTTP: &[&str] = &["wasi:http/outgoing-handler@0.2.4"];

    #[test]
    fn a_manifest_that_says_everything_has_no_finding() {
        assert_eq!(places(|_| {}, HTTP), [""; 0]);
    }

    #[test]
    fn each_thing_that_is_missing_is_found_at_its_place() {
        let cases: [(Change, &str); 8] = [
            (|m| m["summary"] = json!(""), "summary"),
            (|m| m["docsUrl"] = Value::Null, "docsUrl"),
            (
                |m| m["configSchema"]["additionalProperties"] = json!(true),
                "configSchema",
            ),
            (
                |m| m["configSchema"]["properties"]["url"] = json!({}),
                "configSchema.properties.url",
            ),
            (|m| m["hosts"] = json!([]), "hosts"),
            (
                |m| m["hosts"] = json!([{ "fixed": "http://api.example.com" }]),
                "hosts",
            ),
            (
                |m| m["hosts"] = json!([{ "fromConfig": "/address" }]),
                "hosts",
            ),
            (
                |m| {
                    m["credentials"] = json!([{
                        "name": "token", "description": "", "placement": { "type": "bearer" },
                    }]);
                },
                "credentials.token",
            ),
        ];
        for (change, place) in cases {
            assert_eq!(places(change, HTTP), [place]);
        }
        assert_eq!(places(|_| {}, &[]), ["hosts"]);
    }
}
