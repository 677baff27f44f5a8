//! How a plugin was made, as an in-toto statement with SLSA provenance
//! (<https://slsa.dev/spec/v1.0/provenance>). Pure.

use maquette_host::Digest;
use serde_json::{Value, json};

use super::Source;

/// Media type of the statement.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.in-toto+json";
const PROJECT: &str = env!("CARGO_PKG_REPOSITORY");

/// The statement about the manifest of this digest, and the component in it. It says what this machine says of itself and is not
/// signed: believe it as far as the registry.
pub(crate) fn provenance(
    repository: &str,
    manifest: &Digest,
    component: &Digest,
    source: &Source,
    lock: Option<&[u8]>,
) -> Value {
    let mut used = Vec::new();
    if let Some(commit) = &source.commit {
        let mut checkout = json!({
            "name": "source", "digest": { "gitCommit": commit },
            "annotations": { "changed": source.is_changed },
        });
        if let (Some(url), Some(fields)) = (&source.repository, checkout.as_object_mut()) {
            fields.insert("uri".to_owned(), json!(format!("git+{url}")));
        }
        used.push(checkout);
    }
    if let Some(lock) = lock {
        used.push(json!({ "name": "Cargo.lock", "digest": { "sha256": Digest::of(lock).hex() } }));
    }
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            { "name": repository, "digest": { "sha256": manifest.hex() } },
            { "name": "component", "digest": { "sha256": component.hex() } },
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": format!("{PROJECT}/blob/main/docs/cli.md#provenance"),
                "externalParameters": {
                    "command": "maquette plugin build", "target": "wasm32-wasip2", "profile": "release",
                },
                "resolvedDependencies": used,
            },
            "runDetails": { "builder": {
                "id": format!("{PROJECT}/tree/main/sdk/cli"),
                "version": { "maquette": env!("CARGO_PKG_VERSION") },
            } },
        },
    })
}

#[cfg(test)]
mod tests {
    use maquette_host::Digest;

    use super::{Source, provenance};

    #[test]
    fn it_is_about_the_manifest_and_names_commit_and_lock_file() {
        let source = Source {
            repository: Some("https://git.example.com/a.git".into()),
            commit: Some("abcd".into()),
            is_changed: false,
        };
        let (manifest, component) = (Digest::of(b"m"), Digest::of(b"c"));
        let statement = provenance("r.example/p", &manifest, &component, &source, Some(b"lock"));
        assert_eq!(statement["subject"][0]["digest"]["sha256"], manifest.hex());
        let used = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
        assert_eq!(used[0]["uri"], "git+https://git.example.com/a.git");
        assert_eq!(used[0]["digest"]["gitCommit"], "abcd");
        assert_eq!(used[1]["digest"]["sha256"], Digest::of(b"lock").hex());
    }
}
