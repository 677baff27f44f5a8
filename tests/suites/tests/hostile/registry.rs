//! Registries that lie, flood, stall and fish, and a cache that somebody else wrote to.

use std::{fs, path::Path};

use maquette_host::{
    Digest, Host, InspectError, InstallError, PullCaps, PullError, Settings, Wanted,
};
use serde_json::json;

use crate::{
    common::{
        guest::plugin,
        server::{Reply, Server},
        shelf::{Documents, MANIFEST, Shelf, blob},
    },
    stage::{attack, compiler},
};

const GROUP: &str = "registry";
const TAG: &str = "/v2/team/plugin/manifests/1.2.3";

fn host(cache: &Path) -> Host {
    let settings = Settings {
        compiler: compiler(),
        ..Settings::new(cache)
    };
    Host::new(settings).unwrap()
}

async fn install(wanted: &Wanted) -> Result<Digest, InstallError> {
    let cache = tempfile::tempdir().unwrap();
    let installed = host(cache.path()).install(wanted).await?;
    Ok(installed.digest)
}

async fn refused(wanted: &Wanted) -> PullError {
    match install(wanted).await {
        Err(InstallError::Pull(error)) => error,
        other => panic!("not refused by the pull: {other:?}"),
    }
}

fn endless(status: u16) -> Reply {
    Reply {
        endless: true,
        ..Reply::raw(status, &[], "x".repeat(65536))
    }
}

/// A plugin whose manifest was changed by somebody who also corrected its digest.
async fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Shelf {
    let mut documents = Documents::of(plugin());
    change(&mut documents.manifest);
    Shelf::holding(documents).await
}

macro_rules! attacks {
    ($($name:ident, $tried:literal, $expected:pat, $arrange:expr;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            attack(GROUP, $tried, async |_stage| {
                let arrange = $arrange;
                let shelf: Shelf = arrange().await;
                let error = refused(&shelf.wanted_with_login("1.2.3")).await;
                assert!(matches!(error, $expected), "{error:?}");
                format!("{error}")
            })
            .await;
        }
    )*};
}

attacks! {
    a_component_of_another_digest, "a component of another digest", PullError::WrongDigest { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        let mut other = plugin();
        *other.last_mut().unwrap() ^= 1;
        shelf.set(&blob(&plugin()), Reply::ok(other));
        shelf
    };
    a_manifest_of_another_digest, "a manifest that is not the one it says", PullError::WrongDigest { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        let lie = Digest::of(b"lie").to_string();
        let reply = Reply::new(200, &[("docker-content-digest", lie.as_str())], &shelf.manifest);
        shelf.set(TAG, reply);
        shelf
    };
    a_component_longer_than_it_says, "a component without end", PullError::LyingLength { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        shelf.set(&blob(&plugin()), endless(200));
        shelf
    };
    a_component_shorter_than_it_says, "a component shorter than it says", PullError::LyingLength { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        shelf.set(&blob(&plugin()), Reply::ok(&plugin()[..1000]));
        shelf
    };
    a_component_that_says_it_is_huge, "a component of a TiB", PullError::TooLarge { .. }, async || {
        changed(|m| m["layers"][0]["size"] = json!(1_u64 << 40)).await
    };
    a_second_layer, "a second layer", PullError::Layers(2), async || {
        changed(|m| m["layers"] = json!([m["layers"][0], m["layers"][0]])).await
    };
    an_index, "an index in place of a manifest", PullError::IsIndex { .. }, async || {
        changed(|m| m["manifests"] = json!([])).await
    };
    a_huge_manifest, "a manifest without end", PullError::TooLarge { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        shelf.set(TAG, endless(200));
        shelf
    };
    a_huge_error, "an error without end", PullError::Refused { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        shelf.set(TAG, endless(500));
        shelf
    };
    a_huge_token, "a token without end", PullError::TooLarge { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        let challenge = format!("Bearer realm=\"{}/token\"", shelf.server.url());
        shelf.set(TAG, Reply::new(401, &[("www-authenticate", &challenge)], ""));
        shelf.set("/token?scope=repository%3Ateam%2Fplugin%3Apull", endless(200));
        shelf
    };
    a_realm_on_the_metadata_service, "an auth realm at 169.254.169.254", PullError::RealmRefused { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        let challenge = "Bearer realm=\"http://169.254.169.254/latest\"";
        shelf.set(TAG, Reply::new(401, &[("www-authenticate", challenge)], ""));
        shelf
    };
    a_blob_redirected_inside, "a blob redirected to 169.254.169.254", PullError::RedirectRefused { .. }, async || {
        let shelf = Shelf::with(plugin()).await;
        let inside = [("location", "http://169.254.169.254/latest")];
        shelf.set(&blob(&plugin()), Reply::new(307, &inside, ""));
        shelf
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_realm_that_fishes_for_the_login_of_another_registry() {
    attack(
        GROUP,
        "an auth realm that asks for another registry's login",
        async |_stage| {
            let shelf = Shelf::with(plugin()).await;
            let challenge = "Bearer realm=\"https://auth.example/token\"";
            shelf.set(TAG, Reply::new(401, &[("www-authenticate", challenge)], ""));
            let error = refused(&shelf.wanted_with_login("1.2.3")).await;
            assert!(matches!(error, PullError::RealmRefused { .. }), "{error:?}");
            let requests = shelf.server.requests();
            assert!(requests.iter().all(|r| r.header("authorization").is_none()));
            format!("{error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_redirected_to_another_server() {
    attack(
        GROUP,
        "a blob redirected to a server that wants the login",
        async |_stage| {
            let store = Server::start(|_| Reply::ok(plugin())).await;
            let shelf = Shelf::guarded(Documents::of(plugin()), |request| {
                let missing = request.header("authorization").is_none();
                missing.then(|| Reply::new(401, &[("www-authenticate", "Basic realm=\"x\"")], "{}"))
            })
            .await;
            let location = format!("{}/blob", store.url());
            let reply = Reply::new(307, &[("location", &location)], "");
            shelf.set(&blob(&plugin()), reply);
            install(&shelf.wanted_with_login("1.2.3")).await.unwrap();
            assert_eq!(store.requests()[0].header("authorization"), None);
            "followed without the login, and its bytes are those of the digest".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_that_moves_between_two_requests() {
    attack(
        GROUP,
        "a tag that moves while it is pulled",
        async |_stage| {
            let shelf = Shelf::with(plugin()).await;
            let first = install(&shelf.wanted("1.2.3")).await.unwrap();
            // From now on the tag names something else; whoever has the digest is not led there.
            let other = Documents::of(b"\0asm other".to_vec());
            let moved = Reply::new(
                200,
                &[("content-type", MANIFEST)],
                other.manifest.to_string(),
            );
            shelf.set(TAG, moved);
            let cache = tempfile::tempdir().unwrap();
            let pinned = host(cache.path())
                .install(&shelf.wanted(&first.to_string()))
                .await
                .unwrap();
            assert_eq!(pinned.digest, first);
            assert!(install(&shelf.wanted("1.2.3")).await.is_err());
            "a tag is asked once, and everything after that goes by digest".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_never_answers() {
    attack(GROUP, "a registry that never answers", async |_stage| {
        let shelf = Shelf::with(plugin()).await;
        let silent = Reply {
            hangs: true,
            ..Reply::default()
        };
        shelf.set(TAG, silent);
        let cache = tempfile::tempdir().unwrap();
        let settings = Settings {
            pull: PullCaps {
                request_timeout: std::time::Duration::from_secs(1),
                ..PullCaps::default()
            },
            ..Settings::new(cache.path())
        };
        let wanted = shelf.wanted("1.2.3");
        let error = Host::new(settings).unwrap().install(&wanted).await;
        let error = error.unwrap_err();
        assert!(
            matches!(error, InstallError::Pull(PullError::Timeout { .. })),
            "{error}"
        );
        format!("{error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compiled_code_that_somebody_else_wrote_into_the_cache() {
    attack(GROUP, "a tampered cache of compiled code", async |_stage| {
        let cache = tempfile::tempdir().unwrap();
        let shelf = Shelf::with(plugin()).await;
        let wanted = shelf.wanted("1.2.3");
        host(cache.path()).install(&wanted).await.unwrap();
        let file = cache.path().join("code").join(Digest::of(&plugin()).hex());
        let mut code = fs::read(&file).unwrap();
        let (middle, length) = (code.len() / 2, code.len());
        code[middle] ^= 1;
        fs::write(&file, &code).unwrap();
        host(cache.path()).install(&wanted).await.unwrap();
        let repaired = fs::read(&file).unwrap();
        assert!(repaired != code && repaired.len() == length);
        "its authentication code does not fit: compiled again".to_owned()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_somebody_else_wrote_into_the_cache() {
    attack(GROUP, "a tampered cache of components", async |_stage| {
        let cache = tempfile::tempdir().unwrap();
        let shelf = Shelf::with(plugin()).await;
        let wanted = shelf.wanted("1.2.3");
        host(cache.path()).install(&wanted).await.unwrap();
        let file = cache
            .path()
            .join("sha256")
            .join(Digest::of(&plugin()).hex());
        fs::write(&file, b"\0asm something else").unwrap();
        host(cache.path()).install(&wanted).await.unwrap();
        assert_eq!(fs::read(&file).unwrap(), plugin());
        "its digest does not fit: pulled again".to_owned()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn precompiled_code_in_place_of_a_component() {
    attack(GROUP, "precompiled code", async |_stage| {
        let cache = tempfile::tempdir().unwrap();
        let good = Shelf::with(plugin()).await;
        host(cache.path())
            .install(&good.wanted("1.2.3"))
            .await
            .unwrap();
        // What a compiler made, and even the operator's own cached code.
        let sealed = fs::read(cache.path().join("code").join(Digest::of(&plugin()).hex())).unwrap();
        let mut stopped = String::new();
        for code in [sealed[32..].to_vec(), sealed] {
            let shelf = Shelf::with(code).await;
            let error = install(&shelf.wanted("1.2.3")).await.unwrap_err();
            assert!(
                matches!(error, InstallError::Inspect(InspectError::NotWasm)),
                "{error}"
            );
            stopped = error.to_string();
        }
        stopped
    })
    .await;
}
