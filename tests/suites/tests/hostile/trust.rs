//! Plugins that were not signed by who has to sign them.

use maquette_host::{Digest, Host, InstallError, Settings, TrustError, Wanted};

use crate::{
    common::{
        guest::plugin,
        shelf::{Shelf, blob},
        signing::Key,
    },
    stage::{attack, compiler},
};

const GROUP: &str = "registry";

/// Installs with a signature of this key required.
async fn refused(shelf: &Shelf, key: &Key) -> TrustError {
    let cache = tempfile::tempdir().unwrap();
    let settings = Settings {
        compiler: compiler(),
        ..Settings::new(cache.path())
    };
    let wanted = Wanted {
        verify: vec![key.required()],
        ..shelf.wanted("1.2.3")
    };
    let error = Host::new(settings).unwrap().install(&wanted).await;
    // Nothing of the plugin was even fetched.
    assert!(!shelf.paths().contains(&blob(&plugin())));
    match error.unwrap_err() {
        InstallError::Trust(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsigned_plugin() {
    attack(GROUP, "an unsigned plugin", async |_stage| {
        let shelf = Shelf::with(plugin()).await;
        let error = refused(&shelf, &Key::new()).await;
        assert!(matches!(error, TrustError::Unsigned { .. }), "{error}");
        error.to_string()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_somebody_else_signed() {
    attack(
        GROUP,
        "a plugin that somebody else signed",
        async |_stage| {
            let (shelf, other) = (Shelf::with(plugin()).await, Key::new());
            let digest = shelf.digest();
            shelf.tag_signatures(&digest, &[other.signature(&digest)]);
            let error = refused(&shelf, &Key::new()).await;
            assert!(matches!(error, TrustError::WrongSigner { .. }), "{error}");
            error.to_string()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_of_another_plugin() {
    attack(
        GROUP,
        "a good signature of another artifact",
        async |_stage| {
            let (shelf, key) = (Shelf::with(plugin()).await, Key::new());
            let other = Digest::of(b"an older version");
            shelf.tag_signatures(&shelf.digest(), &[key.signature(&other)]);
            let error = refused(&shelf, &key).await;
            assert!(matches!(error, TrustError::OtherDigest { .. }), "{error}");
            error.to_string()
        },
    )
    .await;
}
