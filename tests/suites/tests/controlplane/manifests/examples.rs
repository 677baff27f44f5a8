//! The manifests of `examples/` are accepted as they stand there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{control_plane, create_object};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// Each document of each manifest, with its file.
fn documents() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for example in fs::read_dir(folder()).unwrap().flatten() {
        let Ok(files) = fs::read_dir(example.path()) else {
            continue;
        };
        for file in files.flatten().map(|file| file.path()) {
            if file.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
            let documents = documents.into_iter();
            found.extend(documents.map(|document| (file.display().to_string(), document)));
        }
    }
    found
}

#[tokio::test]
async fn every_manifest_of_the_examples_is_accepted() {
    let shared = control_plane().await;
    let client = shared.client().await.unwrap();
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (file, mut document) in documents() {
        if document["apiVersion"] != "maquette.dev/v1alpha1" {
            continue;
        }
        let kind = document["kind"].as_str().unwrap().to_owned();
        // What is asked is the manifest, not whether its namespace is there.
        document["metadata"]
            .as_object_mut()
            .unwrap()
            .remove("namespace");
        if let Err(status) = create_object(&client, &kind, document).await {
            wrong.push(format!("{file}: {}", status.message));
        }
        seen.insert(kind);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for kind in ["Plugin", "Provider", "Workspace", "Tunnel"] {
        assert!(seen.contains(kind), "no example of {kind}: {seen:?}");
    }
}
