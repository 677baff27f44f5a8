//! `maquette plugin verify` of signatures without a key of their own: certificates as Fulcio gives them, logged as in Rekor, with
//! a real registry.

use std::path::Path;

use http::HeaderValue;
use maquette_host::Digest;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};

use crate::signing::{ISSUER, LOGGED_AT, Signature, Sigstore, signature_manifest};
use crate::support::{Done, Registry, plugin};
use crate::trust::run;

const WORKFLOW: &str = "https://forge.example/team/plugin/.ci/release.yaml@refs/tags/v1";

/// Puts a signature where cosign puts it.
fn publish(registry: &Registry, digest: &Digest, signature: &Signature) {
    // Another test may have done so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let host = format!("127.0.0.1:{}", registry.port);
    let client = Client::new(ClientConfig {
        protocol: ClientProtocol::HttpsExcept(vec![host.clone()]),
        ..ClientConfig::default()
    });
    let tag = format!("sha256-{}.sig", digest.hex());
    let reference = Reference::with_tag(host, "maquette/powerdns".to_owned(), tag);
    let manifest = signature_manifest(std::slice::from_ref(signature));
    let media_type = HeaderValue::from_static("application/vnd.oci.image.manifest.v1+json");
    let write = async {
        client
            .auth(
                &reference,
                &RegistryAuth::Anonymous,
                RegistryOperation::Push,
            )
            .await?;
        for blob in [b"{}".to_vec(), signature.payload.clone()] {
            let name = Digest::of(&blob).to_string();
            client.push_blob(&reference, blob, &name).await?;
        }
        let manifest = manifest.to_string().into_bytes();
        client
            .push_manifest_raw(&reference, manifest, media_type)
            .await
    };
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(write)
        .unwrap();
}

fn root(folder: &Path, name: &str, sigstore: &Sigstore) -> String {
    let path = folder.join(name);
    std::fs::write(&path, sigstore.trusted_root().to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn verify(reference: &str, root: &str, identity: [&str; 2], issuer: &str) -> Done {
    let [option, who] = identity;
    let from = ["--certificate-oidc-issuer", issuer, "--trusted-root", root];
    run(&[&["verify", reference, option, who], &from[..]].concat())
}

#[test]
fn an_identity_is_verified_by_its_certificate_and_the_log_and_nobody_else_is() {
    let (folder, registry, sigstore) = (
        tempfile::tempdir().unwrap(),
        Registry::open(),
        Sigstore::new(),
    );
    let pushed = run(&["push", plugin().to_str().unwrap(), &registry.repository()]).json();
    let reference = pushed["reference"].as_str().unwrap();
    let digest: Digest = pushed["digest"].as_str().unwrap().parse().unwrap();
    publish(
        &registry,
        &digest,
        &sigstore.signature(&digest, WORKFLOW, LOGGED_AT),
    );
    let ours = root(folder.path(), "ours.json", &sigstore);
    let exact = ["--certificate-identity", WORKFLOW];

    let verified = verify(reference, &ours, exact, ISSUER).json();
    assert_eq!(
        verified["signedBy"][0],
        format!("{WORKFLOW} (issuer {ISSUER})")
    );
    let pattern = [
        "--certificate-identity-regexp",
        r"https://forge\.example/team/.+@refs/tags/v.+",
    ];
    verify(reference, &ours, pattern, ISSUER).json();

    let other = ["--certificate-identity", "https://forge.example/other"];
    let refused = verify(reference, &ours, other, ISSUER);
    assert!(refused.failed(1).contains(WORKFLOW), "{refused:?}");
    let refused = verify(reference, &ours, exact, "https://other.example");
    assert!(refused.failed(1).contains("is signed by"), "{refused:?}");
    let others = root(folder.path(), "others.json", &Sigstore::new());
    let refused = verify(reference, &others, exact, ISSUER);
    assert!(
        refused
            .failed(1)
            .contains("not proved by the transparency log"),
        "{refused:?}"
    );

    // The certificate was not valid any more when this was logged.
    let late = sigstore.signature(&digest, WORKFLOW, LOGGED_AT + 7 * 24 * 3600);
    publish(&registry, &digest, &late);
    let refused = verify(reference, &ours, exact, ISSUER);
    assert!(refused.failed(1).contains("claims to be"), "{refused:?}");
    let no_root = run(&[
        "verify",
        reference,
        "--certificate-identity",
        WORKFLOW,
        "--certificate-oidc-issuer",
        ISSUER,
    ]);
    assert!(no_root.failed(2).contains("--trusted-root"), "{no_root:?}");
}
