//! `cargo xtask release` with a real registry, read afterwards as a stranger would: over HTTP, with helm, and with OpenSSL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

#[path = "../../sdk/cli/tests/plugin/support/registry.rs"]
#[allow(dead_code, reason = "the command's own tests use all of it")]
mod registry;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use maquette_harness::tools::Tool;
use maquette_plugin_testing::http;
use registry::Registry;
use serde_json::{Value, json};

const SBOM: &str = "application/vnd.cyclonedx+json";
const PROVENANCE: &str = "application/vnd.in-toto+json";

/// Runs the command, and returns what it printed.
fn release(registry: &Registry, more: &[&str]) -> Value {
    let place = format!("127.0.0.1:{}/team", registry.port);
    let done = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["release", "--registry", &place, "--output", "json"])
        .args(["--only", "powerdns", "--only", "oci", "--only", "chart"])
        .args(more)
        .env("DOCKER_CONFIG", "/nonexistent")
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_slice(&done.stdout).unwrap()
}

/// A pair of keys as OpenSSL makes it: private and public.
fn keys(folder: &Path) -> (String, String) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (private, public) = (path("release.key"), path("release.pub"));
    openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        &private,
    ]);
    openssl(&["pkey", "-in", &private, "-pubout", "-out", &public]);
    (private, public)
}

fn openssl(arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).output();
    let done = done.expect("openssl is not installed; install the Debian package openssl");
    assert!(done.status.success(), "{arguments:?}: {done:?}");
}

/// What the registry gives to everybody.
fn get(registry: &Registry, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", registry.port)).unwrap();
    write!(
        stream,
        "GET /v2/team/{path} HTTP/1.0\r\nHost: localhost\r\n\
         Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.0 200"),
        "{path}: {}",
        String::from_utf8_lossy(&answer)
    );
    answer.split_off(end + 4)
}

fn json(registry: &Registry, path: &str) -> Value {
    serde_json::from_slice(&get(registry, path)).unwrap()
}

/// The document of this type beside a manifest, through the tag for registries that keep no list.
fn beside(registry: &Registry, repository: &str, digest: &str, kind: &str) -> Value {
    let index = json(
        registry,
        &format!("{repository}/manifests/{}", digest.replace(':', "-")),
    );
    let entries = index["manifests"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["artifactType"] == kind);
    let entry = entry.unwrap_or_else(|| panic!("no {kind} beside {repository}: {index}"));
    let manifest = json(
        registry,
        &format!(
            "{repository}/manifests/{}",
            entry["digest"].as_str().unwrap()
        ),
    );
    assert_eq!(manifest["subject"]["digest"], digest);
    json(
        registry,
        &format!(
            "{repository}/blobs/{}",
            manifest["layers"][0]["digest"].as_str().unwrap()
        ),
    )
}

/// Asks OpenSSL, which knows nothing of Maquette, whether the key signed the manifest.
fn signed(registry: &Registry, repository: &str, digest: &str, public: &str, folder: &Path) {
    let manifest = json(
        registry,
        &format!("{repository}/manifests/{}.sig", digest.replace(':', "-")),
    );
    let layer = &manifest["layers"][0];
    let payload = get(
        registry,
        &format!("{repository}/blobs/{}", layer["digest"].as_str().unwrap()),
    );
    let document: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(
        document["critical"]["image"]["docker-manifest-digest"],
        digest
    );
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (message, base64, signature) = (path("payload"), path("base64"), path("signature"));
    std::fs::write(&message, payload).unwrap();
    let text = layer["annotations"]["dev.cosignproject.cosign/signature"]
        .as_str()
        .unwrap();
    std::fs::write(&base64, text).unwrap();
    openssl(&["base64", "-d", "-A", "-in", &base64, "-out", &signature]);
    openssl(&[
        "dgst",
        "-sha256",
        "-verify",
        public,
        "-signature",
        &signature,
        &message,
    ]);
}

#[test]
fn a_release_is_read_by_strangers_and_a_second_run_pushes_nothing() {
    let (folder, registry) = (tempfile::tempdir().unwrap(), Registry::open());
    let (private, public) = keys(folder.path());
    let planned = release(&registry, &["--dry-run"]);
    assert_eq!(planned["published"], false);
    let first = release(&registry, &["--key", &private]);
    let rows = first["items"].as_array().unwrap();
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["oci", "powerdns", "chart"]);
    for row in rows {
        let (reference, digest) = (
            row["reference"].as_str().unwrap(),
            row["digest"].as_str().unwrap(),
        );
        let (_, path) = reference.split_once("/team/").unwrap();
        let (repository, tag) = path.rsplit_once(':').unwrap();
        assert_eq!(
            (&row["new"], &row["attached"]),
            (&json!(true), &json!([SBOM, PROVENANCE]))
        );
        let manifest = get(&registry, &format!("{repository}/manifests/{tag}"));
        assert_eq!(digest_of(&manifest), digest);
        assert_eq!(
            beside(&registry, repository, digest, SBOM)["bomFormat"],
            "CycloneDX"
        );
        let statement = beside(&registry, repository, digest, PROVENANCE);
        assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
        assert_eq!(
            format!(
                "sha256:{}",
                statement["subject"][0]["digest"]["sha256"]
                    .as_str()
                    .unwrap()
            ),
            digest
        );
        let used = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
        assert!(used[0]["digest"]["gitCommit"].is_string(), "{statement}");
        signed(&registry, repository, digest, &public, folder.path());
    }

    // What helm installs is the chart of this checkout.
    let chart = format!("oci://127.0.0.1:{}/team/charts/maquette", registry.port);
    let shown = Command::new(Tool::Helm.path().unwrap())
        .args(["show", "chart", &chart, "--plain-http"])
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("name: maquette") && shown.contains("version: 0.1.0"),
        "{shown}"
    );

    let second = release(&registry, &["--key", &private]);
    let digests = |report: &Value| -> Vec<Value> {
        let rows = report["items"].as_array().unwrap().iter();
        rows.map(|row| row["digest"].clone()).collect()
    };
    assert_eq!(digests(&second), digests(&first));
    for row in second["items"].as_array().unwrap() {
        // Another commit in between is other provenance, which is attached.
        assert!(
            row["new"] == false || head() != commit_of(&registry, row),
            "{row}"
        );
    }
}

fn head() -> String {
    let done = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .output()
        .unwrap();
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// The commit in the provenance that was attached first.
fn commit_of(registry: &Registry, row: &Value) -> String {
    let (_, path) = row["reference"]
        .as_str()
        .unwrap()
        .split_once("/team/")
        .unwrap();
    let (repository, _) = path.rsplit_once(':').unwrap();
    let statement = beside(
        registry,
        repository,
        row["digest"].as_str().unwrap(),
        PROVENANCE,
    );
    let used = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
    used[0]["digest"]["gitCommit"].as_str().unwrap().to_owned()
}

fn digest_of(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}
