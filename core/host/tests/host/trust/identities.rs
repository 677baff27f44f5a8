//! Signatures without a key: who an authority says signed, and when a log says so.

use maquette_host::{Identity, TrustError};
use serde_json::{Value, json};

use super::{install, refused, requiring};
use crate::support::{
    guest::plugin,
    shelf::Shelf,
    signing::{ISSUER, Key, LOGGED_AT, Sigstore},
};

const WORKFLOW: &str = "https://forge.example/team/plugin/.ci/release.yaml@refs/tags/v1";

#[tokio::test]
async fn an_identity_is_believed_when_authority_and_log_of_the_trust_root_say_so() {
    let (shelf, sigstore) = (Shelf::with(plugin()).await, Sigstore::new());
    let digest = shelf.digest();
    shelf.tag_signatures(&digest, &[sigstore.signature(&digest, WORKFLOW, LOGGED_AT)]);
    let exact = sigstore.requires(Identity::exact(ISSUER, WORKFLOW).unwrap());
    let signers = install(&requiring(&shelf, exact)).await.unwrap();
    assert_eq!(signers, [format!("{WORKFLOW} (issuer {ISSUER})")]);
    let pattern = Identity::pattern(ISSUER, "https://forge\\.example/team/.+@refs/tags/v1");
    install(&requiring(&shelf, sigstore.requires(pattern.unwrap())))
        .await
        .unwrap();

    for other in [
        Identity::exact("https://other.example", WORKFLOW),
        Identity::exact(ISSUER, "https://forge.example/team/plugin"),
        Identity::pattern(ISSUER, "https://forge\\.example/team/"),
    ] {
        let error = refused(&requiring(&shelf, sigstore.requires(other.unwrap()))).await;
        assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
        assert!(error.to_string().contains(WORKFLOW), "{error}");
    }
}

#[tokio::test]
async fn the_same_identity_by_an_authority_that_is_not_trusted_is_refused() {
    let (shelf, sigstore, impostor) = (
        Shelf::with(plugin()).await,
        Sigstore::new(),
        Sigstore::new(),
    );
    let digest = shelf.digest();
    let wanted = requiring(
        &shelf,
        sigstore.requires(Identity::exact(ISSUER, WORKFLOW).unwrap()),
    );
    shelf.tag_signatures(&digest, &[impostor.signature(&digest, WORKFLOW, LOGGED_AT)]);
    let error = refused(&wanted).await;
    assert!(matches!(error, TrustError::NotLogged { .. }), "{error}");
    // In the trusted log, and still not by the trusted authority.
    let mut half = Sigstore::new();
    half.log = Key(rcgen_copy(&sigstore.log));
    shelf.tag_signatures(&digest, &[half.signature(&digest, WORKFLOW, LOGGED_AT)]);
    let error = refused(&wanted).await;
    assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
    assert!(
        error.to_string().contains("no trusted authority"),
        "{error}"
    );
}

fn rcgen_copy(key: &Key) -> rcgen::KeyPair {
    rcgen::KeyPair::from_pem(&key.0.serialize_pem()).unwrap()
}

#[tokio::test]
async fn a_keyless_signature_that_the_log_does_not_prove_is_refused() {
    let (shelf, sigstore) = (Shelf::with(plugin()).await, Sigstore::new());
    let digest = shelf.digest();
    let wanted = requiring(
        &shelf,
        sigstore.requires(Identity::exact(ISSUER, WORKFLOW).unwrap()),
    );
    let good = sigstore.signature(&digest, WORKFLOW, LOGGED_AT);
    let with_bundle = |change: &dyn Fn(&mut Value)| {
        let name = "dev.sigstore.cosign/bundle";
        let mut changed = good.clone();
        let text = changed.annotations[name].as_str().unwrap().to_owned();
        let mut bundle: Value = serde_json::from_str(&text).unwrap();
        change(&mut bundle);
        changed.annotations[name] = bundle.to_string().into();
        changed
    };
    let mut unlogged = good.clone();
    unlogged
        .annotations
        .as_object_mut()
        .unwrap()
        .remove("dev.sigstore.cosign/bundle");
    let moved = with_bundle(&|bundle| bundle["Payload"]["integratedTime"] = json!(LOGGED_AT + 1));
    let other_entry =
        sigstore.signature(&digest, WORKFLOW, LOGGED_AT).annotations["dev.sigstore.cosign/bundle"]
            .clone();
    let borrowed = with_bundle(&|bundle| {
        *bundle = serde_json::from_str(other_entry.as_str().unwrap()).unwrap();
    });
    for (why, signature) in [
        ("no entry of a log", unlogged),
        ("is not the log's", moved),
        ("another signature", borrowed),
    ] {
        shelf.tag_signatures(&digest, &[signature]);
        let error = refused(&wanted).await;
        assert!(matches!(error, TrustError::NotLogged { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    // Logged, and long after the certificate had ended.
    let late = sigstore.signature(&digest, WORKFLOW, LOGGED_AT + 90 * 86_400);
    shelf.tag_signatures(&digest, &[late]);
    let error = refused(&wanted).await;
    assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
}
