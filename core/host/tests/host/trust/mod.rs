//! Who signed a plugin: with keys, found in every way that registries keep signatures, and with identities.

mod identities;

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{
    Digest, Host, InstallError, PublicKey, PullError, Settings, Signer, TrustError, Verification,
    Wanted,
};
use serde_json::json;

use crate::support::{
    guest::plugin,
    server::Reply,
    shelf::{MANIFEST, Shelf, blob},
    signing::{Key, Signature, signature_manifest},
};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn host(cache: &Path) -> Host {
    Host::new(Settings::new(cache)).unwrap()
}

async fn install(wanted: &Wanted) -> Result<Vec<String>, InstallError> {
    let cache = tempfile::tempdir().unwrap();
    let installed = host(cache.path()).install(wanted).await?;
    Ok(installed.signed_by)
}

async fn refused(wanted: &Wanted) -> TrustError {
    match install(wanted).await {
        Err(InstallError::Trust(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn requiring(shelf: &Shelf, verification: Verification) -> Wanted {
    Wanted {
        verify: vec![verification],
        ..shelf.wanted("1.2.3")
    }
}

async fn signed_by_key() -> (Shelf, Key) {
    let (shelf, key) = (Shelf::with(plugin()).await, Key::new());
    shelf.tag_signatures(&shelf.digest(), &[key.signature(&shelf.digest())]);
    (shelf, key)
}

#[tokio::test]
async fn a_plugin_that_the_required_key_signed_is_installed() {
    let (shelf, key) = signed_by_key().await;
    let signers = install(&requiring(&shelf, key.required())).await.unwrap();
    assert_eq!(signers, [key.public().to_string()]);
}

#[tokio::test]
async fn an_unsigned_plugin_is_refused_before_its_component_is_fetched() {
    let shelf = Shelf::with(plugin()).await;
    let key = Key::new();
    let error = refused(&requiring(&shelf, key.required())).await;
    assert!(matches!(error, TrustError::Unsigned { .. }), "{error}");
    assert!(
        error.to_string().contains("maquette plugin sign"),
        "{error}"
    );
    assert!(
        !shelf.paths().contains(&blob(&plugin())),
        "{:?}",
        shelf.paths()
    );
}

#[tokio::test]
async fn a_plugin_that_somebody_else_signed_is_refused() {
    let (shelf, key) = signed_by_key().await;
    let expected = Key::new();
    let error = refused(&requiring(&shelf, expected.required())).await;
    assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(&expected.public().to_string()), "{text}");
    // One more signature by the right one suffices.
    let digest = shelf.digest();
    shelf.tag_signatures(
        &digest,
        &[key.signature(&digest), expected.signature(&digest)],
    );
    install(&requiring(&shelf, expected.required()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_changed_signature_or_payload_is_refused() {
    let (shelf, key) = signed_by_key().await;
    let digest = shelf.digest();
    let good = key.signature(&digest);
    let mut payload = good.clone();
    payload.payload.push(b' ');
    let other_signature = key.sign(b"something else");
    let mut signature = good.clone();
    signature.annotations["dev.cosignproject.cosign/signature"] =
        STANDARD.encode(other_signature).into();
    for changed in [payload, signature] {
        shelf.tag_signatures(&digest, &[changed]);
        let error = refused(&requiring(&shelf, key.required())).await;
        assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_signature_of_another_artifact_is_refused() {
    let (shelf, key) = signed_by_key().await;
    let other = Digest::of(b"an older version");
    shelf.tag_signatures(&shelf.digest(), &[key.signature(&other)]);
    let error = refused(&requiring(&shelf, key.required())).await;
    let expected = TrustError::OtherDigest {
        digest: shelf.digest(),
        signed: other.to_string(),
    };
    assert_eq!(error, expected);
}

#[tokio::test]
async fn a_signature_that_cannot_be_read_is_refused_as_such() {
    let (shelf, key) = signed_by_key().await;
    let digest = shelf.digest();
    let good = key.signature(&digest);
    let no_document = Signature {
        payload: b"{}".to_vec(),
        ..good.clone()
    };
    let no_signature = Signature {
        annotations: json!({}),
        ..good.clone()
    };
    let no_base64 = Signature {
        annotations: json!({"dev.cosignproject.cosign/signature": "%"}),
        ..good
    };
    for unreadable in [no_document, no_signature, no_base64] {
        shelf.tag_signatures(&digest, &[unreadable]);
        let error = refused(&requiring(&shelf, key.required())).await;
        assert!(matches!(error, TrustError::Malformed { .. }), "{error}");
    }
}

#[tokio::test]
async fn every_verification_that_is_wanted_has_to_hold() {
    let (shelf, key) = signed_by_key().await;
    let other = Key::new();
    let wanted = Wanted {
        verify: vec![key.required(), other.required()],
        ..shelf.wanted("1.2.3")
    };
    assert!(matches!(
        refused(&wanted).await,
        TrustError::WrongSigner { .. }
    ));
    let digest = shelf.digest();
    shelf.tag_signatures(&digest, &[key.signature(&digest), other.signature(&digest)]);
    assert_eq!(install(&wanted).await.unwrap().len(), 2);
    let nobody = requiring(&shelf, Verification::any_of(Vec::new()));
    assert!(matches!(
        refused(&nobody).await,
        TrustError::WrongSigner { .. }
    ));
}

#[tokio::test]
async fn a_plugin_that_was_installed_before_is_verified_when_that_is_required_later() {
    let cache = tempfile::tempdir().unwrap();
    let host = host(cache.path());
    let shelf = Shelf::with(plugin()).await;
    host.install(&shelf.wanted("1.2.3")).await.unwrap();
    let required = requiring(&shelf, Key::new().required());
    let error = host.install(&required).await.unwrap_err();
    assert!(
        matches!(error, InstallError::Trust(TrustError::Unsigned { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn with_the_registry_down_kept_signatures_are_judged_again() {
    let cache = tempfile::tempdir().unwrap();
    let (shelf, key) = signed_by_key().await;
    let wanted = requiring(&shelf, key.required());
    host(cache.path()).install(&wanted).await.unwrap();
    drop(shelf);
    let restarted = host(cache.path());
    let installed = restarted.install(&wanted).await.unwrap();
    assert!(installed.remembered && !installed.signed_by.is_empty());
    let stricter = Wanted {
        verify: vec![Key::new().required()],
        ..wanted
    };
    let error = restarted.install(&stricter).await.unwrap_err();
    assert!(matches!(error, InstallError::Trust(_)), "{error}");
}

#[tokio::test]
async fn signatures_are_held_to_the_caps_of_a_pull() {
    let (shelf, key) = signed_by_key().await;
    let tag = format!(
        "/v2/team/plugin/manifests/sha256-{}.sig",
        shelf.digest().hex()
    );
    let mut endless = Reply::raw(200, &[], vec![b' '; 1 << 16]);
    endless.endless = true;
    shelf.set(&tag, endless);
    let wanted = requiring(&shelf, key.required());
    let error = install(&wanted).await.unwrap_err();
    assert!(
        matches!(error, InstallError::Pull(PullError::TooLarge { .. })),
        "{error}"
    );
    let mut huge = signature_manifest(&[key.signature(&shelf.digest())]);
    huge["layers"][0]["size"] = json!(1_u64 << 40);
    shelf.set(&tag, Reply::ok(huge.to_string()));
    let error = install(&wanted).await.unwrap_err();
    assert!(
        matches!(error, InstallError::Pull(PullError::TooLarge { .. })),
        "{error}"
    );
}

/// A registry with the referrers interface: a stand-in, with what the specification says of its answers.
#[tokio::test]
async fn signatures_are_found_through_the_referrers_interface() {
    let (shelf, key) = (Shelf::with(plugin()).await, Key::new());
    let digest = shelf.digest();
    let signature = key.signature(&digest);
    shelf.set(&blob(&signature.payload), Reply::ok(&signature.payload));
    let manifest = signature_manifest(&[signature]).to_string();
    let name = Digest::of(manifest.as_bytes());
    shelf.set(
        &format!("/v2/team/plugin/manifests/{name}"),
        Reply::ok(&manifest),
    );
    let descriptor = |kind: &str, digest: &str| json!({"mediaType": MANIFEST, "digest": digest, "size": manifest.len(), "artifactType": kind});
    let sbom = descriptor("application/spdx+json", &Digest::of(b"sbom").to_string());
    let signed = descriptor(
        "application/vnd.dev.cosign.artifact.sig.v1+json",
        &name.to_string(),
    );
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [sbom, signed]});
    shelf.set(
        &format!("/v2/team/plugin/referrers/{digest}"),
        Reply::new(200, &[("content-type", INDEX)], index.to_string()),
    );
    install(&requiring(&shelf, key.required())).await.unwrap();
    // The referrers of something else are not even read.
    assert!(
        !shelf
            .paths()
            .iter()
            .any(|path| path.contains(Digest::of(b"sbom").hex()))
    );
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host/fixtures/cosign");
    std::fs::read(folder.join(name)).unwrap()
}

/// What cosign itself wrote, see the folder's README.
#[tokio::test]
async fn signatures_that_cosign_made_are_verified_in_both_of_its_forms() {
    const DIGEST: &str = "sha256:4776747773df9f8c00145cc6a52f08315ba336713131588e961a48297dd6eda7";
    let key = PublicKey::from_pem(&fixture("cosign.pub")).unwrap();
    let digest: Digest = DIGEST.parse().unwrap();
    let cache = tempfile::tempdir().unwrap();
    for (documents, path) in [
        (
            ["signature-manifest.json", "payload.json"],
            format!("sha256-{}.sig", digest.hex()),
        ),
        (
            ["bundle-manifest.json", "bundle.json"],
            Digest::of(&fixture("bundle-manifest.json")).to_string(),
        ),
    ] {
        let shelf = Shelf::with(plugin()).await;
        let [manifest, content] = documents.map(fixture);
        shelf.set(
            &format!("/v2/team/plugin/manifests/{path}"),
            Reply::ok(manifest),
        );
        shelf.set(&blob(&content), Reply::ok(&content));
        shelf.set(
            &format!("/v2/team/plugin/manifests/sha256-{}", digest.hex()),
            Reply::ok(if path.ends_with(".sig") {
                json!({"manifests": []}).to_string().into_bytes()
            } else {
                fixture("fallback-index.json")
            }),
        );
        let wanted = |key: PublicKey| Wanted {
            verify: vec![Verification::any_of(vec![Signer::Key(key)])],
            ..shelf.wanted(DIGEST)
        };
        let host = host(cache.path());
        let verified = host.verify(&wanted(key.clone())).await.unwrap();
        assert_eq!(verified.signed_by, [key.to_string()]);
        let error = host.verify(&wanted(Key::new().public())).await.unwrap_err();
        assert!(
            matches!(error, InstallError::Trust(TrustError::WrongSigner { .. })),
            "{error}"
        );
    }
}
