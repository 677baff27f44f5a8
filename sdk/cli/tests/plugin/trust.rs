//! `maquette plugin sign`, `verify`, `pull`, `save` and `load` with a real registry.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Done, Registry, maquette, plugin, request};

/// Made as cosign does; see `signing/key.rs`.
pub(crate) const COSIGN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plugin/fixtures/cosign");
const PASSWORD: (&str, &str) = ("COSIGN_PASSWORD", "correct horse");

pub(crate) fn run(arguments: &[&str]) -> Done {
    let all = [&["plugin"], arguments, &["--output=json"]].concat();
    maquette(&all, &[(PASSWORD.0, OsStr::new(PASSWORD.1))], "")
}

/// A registry with the plugin in it, and the reference by tag.
fn published() -> (Registry, String, String) {
    let registry = Registry::open();
    let pushed = run(&["push", plugin().to_str().unwrap(), &registry.repository()]).json();
    let text = |field: &str| pushed[field].as_str().unwrap().to_owned();
    (registry, text("reference"), text("digest"))
}

/// A pair as OpenSSL makes it: private and public.
pub(crate) fn openssl(folder: &Path) -> (String, String) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (private, public) = (path("signing.key"), path("signing.pub"));
    let run = |arguments: &[&str]| {
        let done = Command::new("openssl").args(arguments).output();
        let done = done.expect("openssl is not installed; install the Debian package openssl");
        assert!(done.status.success(), "{done:?}");
    };
    let curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    run(&[&["genpkey"], &curve[..], &["-out", &private]].concat());
    run(&["pkey", "-in", &private, "-pubout", "-out", &public]);
    (private, public)
}

fn signatures(registry: &Registry, digest: &str) -> Value {
    let path = format!(
        "/v2/maquette/powerdns/manifests/{}.sig",
        digest.replace(':', "-")
    );
    serde_json::from_str(&request(registry.port, "GET", &path, "", "").unwrap().1).unwrap()
}

#[test]
fn a_signature_of_either_kind_of_key_is_verified_and_nobody_elses_is() {
    let (folder, (registry, reference, digest)) = (tempfile::tempdir().unwrap(), published());
    let (private, public) = openssl(folder.path());
    let (locked, opened) = (format!("{COSIGN}.key"), format!("{COSIGN}.pub"));

    let unsigned = run(&["verify", &reference, "--key", &public]);
    assert!(unsigned.failed(1).contains("is not signed"), "{unsigned:?}");
    let signed = run(&["sign", &reference, "--key", &locked]).json();
    assert_eq!(signed["digest"], digest.as_str());
    let other = run(&["verify", &reference, "--key", &public]);
    assert!(other.failed(1).contains("is signed by"), "{other:?}");
    let verified = run(&["verify", &reference, "--key", &opened]).json();
    assert_eq!(verified["signedBy"][0], signed["signer"]);

    run(&["sign", &reference, "--key", &private]).json();
    run(&["verify", &reference, "--key", &public]).json();
    run(&["verify", &reference, "--key", &opened]).json();
    let manifest = signatures(&registry, &digest);
    assert_eq!(
        manifest["layers"].as_array().unwrap().len(),
        2,
        "{manifest}"
    );
    assert_eq!(manifest["subject"]["digest"], digest.as_str());
    run(&["sign", &reference, "--key", &private]).json();
    assert_eq!(signatures(&registry, &digest), manifest);
}

#[test]
fn a_locked_key_without_its_password_says_where_it_belongs_and_signs_nothing() {
    let (_registry, reference, _) = published();
    let key = format!("{COSIGN}.key");
    let arguments = ["plugin", "sign", &reference, "--key", &key];
    let missing = maquette(&arguments, &[], "");
    assert!(missing.failed(1).contains("COSIGN_PASSWORD"), "{missing:?}");
    let wrong = maquette(&arguments, &[(PASSWORD.0, OsStr::new("canary"))], "");
    let told = wrong.failed(1);
    assert!(
        told.contains("does not open it") && !told.contains("canary"),
        "{told}"
    );
    let unsigned = run(&["verify", &reference, "--key", &format!("{COSIGN}.pub")]);
    assert!(unsigned.failed(1).contains("is not signed"), "{unsigned:?}");
}

#[test]
fn a_pulled_plugin_is_what_was_pushed_and_what_is_not_signed_is_not_written() {
    let (folder, (_registry, reference, digest)) = (tempfile::tempdir().unwrap(), published());
    let file = folder.path().join("p.wasm");
    let key = format!("{COSIGN}.pub");
    let pull = |more: &[&str]| {
        run(&[
            &["pull", &reference, "--file", file.to_str().unwrap()],
            more,
        ]
        .concat())
    };
    let refused = pull(&["--key", &key]);
    assert!(
        refused.failed(1).contains("is not signed") && !file.exists(),
        "{refused:?}"
    );
    run(&["sign", &reference, "--key", &format!("{COSIGN}.key")]).json();
    let pulled = pull(&["--key", &key]).json();
    assert_eq!(pulled["digest"], digest.as_str());
    assert!(std::fs::read(&file).unwrap() == std::fs::read(plugin()).unwrap());
    std::fs::remove_file(&file).unwrap();
    let unverified = pull(&[]);
    assert!(
        unverified
            .stderr
            .contains("Nobody's signature was asked for"),
        "{unverified:?}"
    );
    assert!(file.exists());
}

#[test]
fn a_saved_plugin_is_loaded_elsewhere_with_its_signatures() {
    let (folder, (_registry, reference, digest)) = (tempfile::tempdir().unwrap(), published());
    run(&["sign", &reference, "--key", &format!("{COSIGN}.key")]).json();
    let file: PathBuf = folder.path().join("plugin.tar");
    let (path, key) = (file.to_str().unwrap(), format!("{COSIGN}.pub"));
    let saved = run(&["save", &reference, path, "--key", &key]).json();
    assert_eq!(
        (&saved["digest"], &saved["referrers"]),
        (&digest.clone().into(), &1.into())
    );

    let inside = Registry::open();
    let loaded = run(&["load", path, &inside.repository()]).json();
    assert_eq!(loaded["digest"], digest.as_str());
    let reference = loaded["reference"].as_str().unwrap();
    assert!(reference.ends_with(":0.1.0"), "{reference}");
    run(&["verify", reference, "--key", &key]).json();
    assert_eq!(run(&["inspect", reference]).json()["name"], "powerdns");
    // Again is no error, and another thing under the tag is not replaced.
    run(&["load", path, &inside.repository()]).json();
}

#[test]
fn a_file_that_was_changed_is_not_loaded() {
    let (folder, (_registry, reference, _)) = (tempfile::tempdir().unwrap(), published());
    let file = folder.path().join("plugin.tar");
    let path = file.to_str().unwrap();
    run(&["save", &reference, path]).json();
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.windows(4).position(|it| it == b"\0asm").unwrap();
    bytes[at + 20] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let inside = Registry::open();
    let refused = run(&["load", path, &inside.repository()]);
    assert!(
        refused.failed(1).contains("not what its name says"),
        "{refused:?}"
    );
    let absent = run(&["inspect", &format!("{}:0.1.0", inside.repository())]);
    assert!(absent.failed(1).contains("no such version"), "{absent:?}");
}

#[test]
fn verify_without_a_signer_is_exit_code_2() {
    let done = run(&["verify", "r.example/p:1"]);
    assert!(done.failed(2).contains("--key FILE"), "{done:?}");
}
