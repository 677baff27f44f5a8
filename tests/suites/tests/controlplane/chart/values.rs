//! Which values the chart refuses and how it says so, and that its README lists them all.

use serde_json::Value;

use super::helm::{chart, template};

/// Arguments of `--set`, and what the refusal must say.
const REFUSED: [(&str, &str); 18] = [
    ("replica=2", "additional properties 'replica' not allowed"),
    (
        "image.tags=1",
        "at '/image': additional properties 'tags' not allowed",
    ),
    ("replicas=two", "at '/replicas': got string, want integer"),
    (
        "image.digest=sha256:1",
        "at '/image/digest': 'sha256:1' does not match pattern",
    ),
    (
        "registries.plainHttp={http://registry.test}",
        "at '/registries/plainHttp/0': 'http://registry.test' does not match",
    ),
    (
        "logging.format=xml",
        "at '/logging/format': value must be one of 'json', 'text'",
    ),
    (
        "plugins[0].name=powerdns",
        "at '/plugins/0': missing property 'spec'",
    ),
    (
        "terminationGracePeriodSeconds=0",
        "at '/terminationGracePeriodSeconds': minimum: got 0, want 1",
    ),
    (
        "networkPolicy.egress.apiServerCIDRs={10.0.0.1}",
        "at '/networkPolicy/egress/apiServerCIDRs/0': '10.0.0.1' does not match",
    ),
    (
        "registries.rewrites[0].prefix=ghcr.io,registries.rewrites[0].to=https://mirror.test",
        "at '/registries/rewrites/0/to': 'https://mirror.test' does not match",
    ),
    (
        "registries.pullSecrets[0].prefix=mirror.test",
        "at '/registries/pullSecrets/0': missing property 'name'",
    ),
    (
        "trust.unlisted=Deny",
        "at '/trust/unlisted': value must be one of 'Allow', 'Refuse'",
    ),
    (
        "trust.policies[0].prefix=registry.test,trust.policies[0].keys={cosign.pub}",
        "at '/trust/policies/0/keys/0': 'cosign.pub' does not match",
    ),
    (
        "trust.policies[0].prefix=registry.test,trust.policies[0].keyless[0].issuer=a",
        "at '/trust/policies/0/keyless/0': 'oneOf' failed",
    ),
    (
        "trust.policies[0].prefix=registry.test",
        "trust.policies[0]: set either keys and keyless, of which any one suffices, or insecure=true",
    ),
    (
        "trust.policies[0].prefix=registry.test,trust.policies[0].keyless[0].issuer=a,trust.policies[0].keyless[0].subject=b",
        "trust.policies[0]: an identity needs a trust root",
    ),
    (
        "replicas=2,leaderElection.enabled=false",
        "replicas: more than one replica needs leaderElection.enabled=true",
    ),
    (
        "replicas=2,cache.persistence.enabled=true",
        "cache.persistence.accessMode: more than one replica needs ReadWriteMany",
    ),
];

#[test]
fn a_bad_value_is_refused_with_its_path() {
    for (set, expected) in REFUSED {
        let refusal = template(&["--set", set]).unwrap_err();
        assert!(refusal.contains(expected), "{set}: {refusal}");
    }
}

#[test]
fn every_value_has_a_description_and_is_listed_in_the_readme_with_its_default() {
    let read = |name: &str| std::fs::read_to_string(chart().join(name)).unwrap();
    let values: Value = serde_saphyr::from_str(&read("values.yaml")).unwrap();
    let schema: Value = serde_json::from_str(&read("values.schema.json")).unwrap();
    let mut rows = Vec::new();
    collect(&schema, &values, "", &mut rows);
    let readme = read("README.md");
    let mut listed: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    // The README groups values by what they are for.
    listed.sort_unstable();
    rows.sort_unstable();
    assert_eq!(listed, rows);
}

/// One row of the README's table for every value.
fn collect(schema: &Value, values: &Value, path: &str, rows: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().unwrap() {
        if name == "global" {
            continue;
        }
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let value = values
            .get(name)
            .unwrap_or_else(|| panic!("values.yaml lacks {path}"));
        if property["additionalProperties"] == Value::Bool(false) {
            collect(property, value, &path, rows);
        } else {
            let default = value.to_string();
            let shown = if default.len() < 45 {
                format!("`{default}`")
            } else {
                "see values.yaml".to_owned()
            };
            let description = property["description"].as_str().unwrap();
            rows.push(format!("| `{path}` | {shown} | {description} |"));
        }
    }
}
