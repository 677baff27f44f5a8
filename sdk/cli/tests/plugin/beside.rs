//! Documents beside a plugin, with and without a signature: `maquette plugin push --sbom --provenance --key`, `attach`,
//! and what `verify` and `inspect` say of them, with a real registry.

use std::process::Command;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{Registry, plugin, repository};
use crate::trust::{COSIGN, openssl, run};

const SBOM: &str = "application/vnd.cyclonedx+json";
const STATEMENT: &str = "application/vnd.in-toto+json";

/// Pushes the plugin with both documents and these options.
fn push(registry: &Registry, more: &[&str]) -> Value {
    let powerdns = repository().join("plugins/powerdns");
    let (file, to) = (plugin().to_str().unwrap(), registry.repository());
    let push = ["push", file, &to, "--sbom", "--provenance", "--crate"];
    let all = [&push[..], &[powerdns.to_str().unwrap()], more].concat();
    run(&all).json()
}

fn commit() -> String {
    let done = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(repository())
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn what_a_plugin_is_made_of_and_how_lies_beside_it_and_is_carried_along() {
    let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::open());
    let pushed = push(&registry, &[]);
    let (reference, digest) = (
        pushed["reference"].as_str().unwrap(),
        pushed["digest"].as_str().unwrap(),
    );
    let types = [SBOM, STATEMENT];
    assert_eq!(pushed["attached"], serde_json::json!(types));
    assert_eq!(attached(&registry, digest), types);
    let bom = document(&registry, digest, types[0]);
    let crates = bom["components"].as_array().unwrap();
    assert!(
        crates.iter().any(|it| it["name"] == "maquette-sdk"),
        "{bom}"
    );
    assert!(!crates.iter().any(|it| it["name"] == "tempfile"), "{bom}");
    let statement = document(&registry, digest, types[1]);
    assert_eq!(
        statement["subject"][0]["digest"]["sha256"],
        digest.trim_start_matches("sha256:")
    );

    let used = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
    assert!(
        used.as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "Cargo.lock"),
        "{statement}"
    );

    // A signature is none of them.
    run(&["sign", reference, "--key", &format!("{COSIGN}.key")]).json();
    assert_eq!(attached(&registry, digest), types);
    let path = folder.path().join("plugin.tar");
    let (path, inside) = (path.to_str().unwrap(), Registry::open());
    run(&["save", reference, path]).json();
    let loaded = run(&["load", path, &inside.repository()]).json();
    assert_eq!(attached(&inside, digest), types);
    run(&[
        "verify",
        loaded["reference"].as_str().unwrap(),
        "--key",
        &format!("{COSIGN}.pub"),
    ])
    .json();
}

/// The registry gives an index only to who says that it accepts one.
fn get(registry: &Registry, path: &str) -> Value {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", registry.port)).unwrap();
    write!(
        stream,
        "GET /v2/maquette/powerdns/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// Types of what the referrers' fallback tag lists: this registry keeps no list of its own.
fn attached(registry: &Registry, digest: &str) -> Vec<String> {
    let index = get(registry, &format!("manifests/{}", digest.replace(':', "-")));
    let entries = index["manifests"].as_array().unwrap().iter();
    let types = entries.map(|entry| entry["artifactType"].as_str().unwrap().to_owned());
    types.collect()
}

fn document(registry: &Registry, digest: &str, kind: &str) -> Value {
    let index = get(registry, &format!("manifests/{}", digest.replace(':', "-")));
    let mut entries = index["manifests"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["artifactType"] == kind).unwrap();
    let manifest = get(
        registry,
        &format!("manifests/{}", entry["digest"].as_str().unwrap()),
    );
    get(
        registry,
        &format!(
            "blobs/{}",
            manifest["layers"][0]["digest"].as_str().unwrap()
        ),
    )
}

#[test]
fn provenance_is_signed_with_the_plugin_and_verified_and_shown_with_it() {
    let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::open());
    let (key, public) = (format!("{COSIGN}.key"), format!("{COSIGN}.pub"));
    let before = commit();
    let pushed = push(&registry, &["--key", &key]);
    let (reference, digest) = (
        pushed["reference"].as_str().unwrap(),
        pushed["digest"].as_str().unwrap(),
    );
    assert_eq!(pushed["new"], true);

    // As cosign reads it: a DSSE envelope in each layer, whose statement is about the manifest.
    let manifest = get(
        &registry,
        &format!("manifests/{}.att", digest.replace(':', "-")),
    );
    let layers = manifest["layers"].as_array().unwrap();
    let kinds: Vec<&str> = layers
        .iter()
        .map(|it| it["annotations"]["predicateType"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "https://cyclonedx.org/bom",
            "https://slsa.dev/provenance/v1"
        ]
    );
    assert!(
        layers
            .iter()
            .all(|it| it["mediaType"] == "application/vnd.dsse.envelope.v1+json")
    );
    assert_eq!(
        layers[1]["annotations"]["dev.cosignproject.cosign/signature"],
        ""
    );
    let envelope = get(
        &registry,
        &format!("blobs/{}", layers[1]["digest"].as_str().unwrap()),
    );
    assert_eq!(envelope["payloadType"], STATEMENT);
    let payload = STANDARD
        .decode(envelope["payload"].as_str().unwrap())
        .unwrap();
    let statement: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(statement, document(&registry, digest, STATEMENT));

    let verified = run(&[
        "verify",
        reference,
        "--key",
        &public,
        "--require-provenance",
    ])
    .json();
    let signer = &pushed["signer"];
    assert_eq!(
        verified["statements"],
        json!([
            {"type": "https://cyclonedx.org/bom", "signedBy": signer},
            {"type": "https://slsa.dev/provenance/v1", "signedBy": signer},
        ])
    );
    // The commit may be another one by now, but not an older one than before.
    let shown = verified["provenance"]["commit"].as_str().unwrap();
    assert!(shown == before || shown == commit(), "{verified}");
    let inspected = run(&["inspect", reference]).json();
    assert_eq!(inspected["provenance"]["commit"], shown);
    assert_eq!(
        (&inspected["signatures"], &inspected["signedStatements"]),
        (&json!(1), &json!(2))
    );

    // Another signer's word for the plugin is not one for its provenance.
    let (private, other) = openssl(folder.path());
    run(&["sign", reference, "--key", &private]).json();
    assert_eq!(
        run(&["verify", reference, "--key", &other]).json()["statements"],
        json!([])
    );
    let lacking = run(&["verify", reference, "--key", &other, "--require-provenance"]);
    assert!(
        lacking
            .failed(1)
            .contains("has no provenance that they signed"),
        "{lacking:?}"
    );

    // Carried along an air gap.
    let path = folder.path().join("plugin.tar");
    let (path, inside) = (path.to_str().unwrap(), Registry::open());
    run(&["save", reference, path]).json();
    let loaded = run(&["load", path, &inside.repository()]).json();
    let loaded = loaded["reference"].as_str().unwrap();
    run(&["verify", loaded, "--key", &public, "--require-provenance"]).json();
}

#[test]
fn documents_of_other_tools_are_attached_and_signed_once() {
    let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::open());
    let pushed = run(&["push", plugin().to_str().unwrap(), &registry.repository()]).json();
    let (reference, digest) = (
        pushed["reference"].as_str().unwrap(),
        pushed["digest"].as_str().unwrap(),
    );
    let file = |name: &str, content: Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []});
    let predicate = json!({
        "buildDefinition": {"buildType": "https://ci.example/build", "resolvedDependencies": []},
        "runDetails": {"builder": {"id": "https://ci.example"}},
    });
    let (bom_file, predicate_file) = (
        file("bom.json", bom.clone()),
        file("predicate.json", predicate),
    );
    let (key, public) = (format!("{COSIGN}.key"), format!("{COSIGN}.pub"));
    let attach = [
        "attach",
        reference,
        "--sbom",
        &bom_file,
        "--provenance",
        &predicate_file,
        "--key",
        &key,
    ];
    let attached_now = run(&attach).json();
    assert_eq!(
        (&attached_now["digest"], &attached_now["new"]),
        (&json!(digest), &json!(true))
    );
    assert_eq!(document(&registry, digest, SBOM), bom);
    assert_eq!(run(&attach).json()["new"], false);
    run(&["sign", reference, "--key", &key]).json();
    let verified = run(&["verify", reference, "--key", &public]).json();
    assert_eq!(verified["provenance"]["builder"], "https://ci.example");
    assert_eq!(attached(&registry, digest), [SBOM, STATEMENT]);

    let wrong = run(&["attach", reference, "--sbom", &predicate_file]);
    assert!(
        wrong.failed(1).contains("not a CycloneDX document"),
        "{wrong:?}"
    );
    let wrong = run(&["attach", reference, "--provenance", &bom_file]);
    assert!(wrong.failed(1).contains("SLSA provenance"), "{wrong:?}");
    let nothing = run(&["attach", reference]);
    assert!(nothing.failed(2).contains("--sbom"), "{nothing:?}");
}
