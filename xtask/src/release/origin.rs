//! What provenance says of a release (<https://slsa.dev/spec/v1.0/provenance>), and what a chart is made of.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::root::root;

const PROJECT: &str = env!("CARGO_PKG_REPOSITORY");

/// What git says of the checkout.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkout {
    pub(super) commit: Option<String>,
    /// Seconds since 1970.
    pub(super) committed_at: Option<u64>,
    pub(super) is_changed: bool,
}

impl Checkout {
    pub(super) fn look() -> Self {
        let text = |arguments: &[&str]| {
            let done = Command::new("git")
                .current_dir(root())
                .args(arguments)
                .output();
            let done = done.ok().filter(|done| done.status.success())?;
            let text = String::from_utf8(done.stdout).ok()?.trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Self {
            commit: text(&["rev-parse", "HEAD"]),
            committed_at: text(&["log", "-1", "--format=%ct"]).and_then(|text| text.parse().ok()),
            is_changed: text(&["status", "--porcelain"]).is_some(),
        }
    }
}

/// The predicate of provenance.
pub(super) fn predicate(checkout: &Checkout, parameters: &Value, files: &[&Path]) -> Value {
    let mut used = Vec::new();
    if let Some(commit) = &checkout.commit {
        used.push(json!({
            "name": "source", "uri": format!("git+{PROJECT}"), "digest": { "gitCommit": commit },
            "annotations": { "changed": checkout.is_changed },
        }));
    }
    for file in files {
        if let Ok(bytes) = std::fs::read(root().join(file)) {
            let digest = hex::encode(Sha256::digest(bytes));
            used.push(json!({ "name": file, "digest": { "sha256": digest } }));
        }
    }
    json!({
        "buildDefinition": {
            "buildType": format!("{PROJECT}/blob/main/docs/release.md#provenance"),
            "externalParameters": parameters,
            "resolvedDependencies": used,
        },
        "runDetails": { "builder": {
            "id": format!("{PROJECT}/tree/main/xtask"),
            "version": { "maquette": env!("CARGO_PKG_VERSION") },
        } },
    })
}

/// A chart is made of its own files and runs the operator's image (`CycloneDX` 1.5).
pub(super) fn chart_sbom(version: &str, archive: &[u8]) -> Value {
    let digest = hex::encode(Sha256::digest(archive));
    let (chart, image) = (
        format!("pkg:helm/maquette@{version}"),
        format!(
            "pkg:oci/maquette-operator?tag={}",
            env!("CARGO_PKG_VERSION")
        ),
    );
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": chart, "purl": chart, "name": "maquette", "version": version,
            "hashes": [{ "alg": "SHA-256", "content": digest }],
            "licenses": [{ "expression": "Apache-2.0" }],
        } },
        "components": [{
            "type": "container", "bom-ref": image, "purl": image,
            "name": "maquette-operator", "version": env!("CARGO_PKG_VERSION"),
        }],
        "dependencies": [{ "ref": chart, "dependsOn": [image] }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provenance_names_the_commit_and_what_it_was_made_with() {
        let checkout = Checkout {
            commit: Some("abcd".to_owned()),
            committed_at: None,
            is_changed: true,
        };
        let predicate = predicate(
            &checkout,
            &json!({ "command": "x" }),
            &[Path::new("Cargo.lock")],
        );
        let used = &predicate["buildDefinition"]["resolvedDependencies"];
        assert_eq!(used[0]["digest"]["gitCommit"], "abcd");
        assert_eq!(used[0]["annotations"]["changed"], true);
        assert_eq!(used[1]["name"], "Cargo.lock");
        assert_eq!(used[1]["digest"]["sha256"].as_str().unwrap().len(), 64);
    }
}
