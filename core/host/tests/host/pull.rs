//! The pull client against registries that lie, leak, flood and stall.

use std::time::Duration;

use maquette_host::{Digest, Host, InstallError, PullCaps, PullError, Settings, Wanted};
use serde_json::json;

use crate::support::{
    guest::plugin,
    server::Reply,
    shelf::{Documents, MANIFEST, Shelf, blob},
};

pub fn small() -> PullCaps {
    PullCaps {
        tags_pages: 5,
        request_timeout: Duration::from_secs(20),
        ..PullCaps::default()
    }
}

pub async fn pull_with(
    caps: PullCaps,
    wanted: &Wanted,
) -> Result<maquette_host::Installed, InstallError> {
    let cache = tempfile::tempdir().unwrap();
    let settings = Settings {
        pull: caps,
        ..Settings::new(cache.path())
    };
    Host::new(settings).unwrap().install(wanted).await
}

pub async fn refused(wanted: &Wanted) -> PullError {
    refused_with(small(), wanted).await
}

async fn refused_with(caps: PullCaps, wanted: &Wanted) -> PullError {
    match pull_with(caps, wanted).await {
        Err(InstallError::Pull(error)) => error,
        other => panic!("not refused by the pull: {other:?}"),
    }
}

/// A plugin whose manifest was changed by somebody who also corrected its digest.
async fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Shelf {
    let mut documents = Documents::of(b"\0asm....".to_vec());
    change(&mut documents.manifest);
    Shelf::holding(documents).await
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let shelf = Shelf::with(plugin()).await;
    let reference = format!("{}/team/plugin:9.9.9", shelf.server.address);
    assert_eq!(
        refused(&shelf.wanted("9.9.9")).await,
        PullError::NotFound { reference }
    );
}

#[tokio::test]
async fn artifacts_of_another_shape_are_refused_before_any_blob_is_read() {
    type Shape = (
        &'static str,
        fn(&mut serde_json::Value),
        fn(&PullError) -> bool,
    );
    let other_shapes: [Shape; 5] = [
        (
            "index",
            |m| m["manifests"] = json!([]),
            |e| matches!(e, PullError::IsIndex { .. }),
        ),
        (
            "two layers",
            |m| m["layers"] = json!([m["layers"][0], m["layers"][0]]),
            |e| matches!(e, PullError::Layers(2)),
        ),
        (
            "container image",
            |m| m["config"]["mediaType"] = json!("application/vnd.oci.image.config.v1+json"),
            |e| matches!(e, PullError::MediaType { .. }),
        ),
        (
            "layer type",
            |m| m["layers"][0]["mediaType"] = json!("application/octet-stream"),
            |e| matches!(e, PullError::MediaType { .. }),
        ),
        (
            "too large",
            |m| m["layers"][0]["size"] = json!(1_u64 << 40),
            |e| matches!(e, PullError::TooLarge { .. }),
        ),
    ];
    for (name, change, expected) in other_shapes {
        let shelf = changed(change).await;
        let error = refused(&shelf.wanted("1.2.3")).await;
        assert!(expected(&error), "{name}: {error}");
        assert_eq!(shelf.paths(), ["/v2/team/plugin/manifests/1.2.3"], "{name}");
    }
}

#[tokio::test]
async fn a_component_for_another_platform_is_refused() {
    let mut documents = Documents::of(plugin());
    documents.config = br#"{"architecture":"amd64","os":"linux"}"#.to_vec();
    documents.manifest["config"]["digest"] = Digest::of(&documents.config).to_string().into();
    documents.manifest["config"]["size"] = documents.config.len().into();
    let shelf = Shelf::holding(documents).await;
    assert_eq!(
        refused(&shelf.wanted("1.2.3")).await,
        PullError::Platform {
            found: "linux/amd64".into()
        }
    );
}

#[tokio::test]
async fn bytes_that_are_not_those_of_the_digest_are_refused() {
    // The manifest of a digest.
    let shelf = Shelf::with(plugin()).await;
    let path = format!("/v2/team/plugin/manifests/{}", shelf.digest());
    shelf.set(
        &path,
        Reply::new(
            200,
            &[("content-type", MANIFEST)],
            Documents::of(b"other".into()).manifest.to_string(),
        ),
    );
    let error = refused(&shelf.wanted(&shelf.digest().to_string())).await;
    assert!(
        matches!(&error, PullError::WrongDigest { expected, .. } if *expected == shelf.digest()),
        "{error}"
    );
    // The manifest of a tag, against the registry's own word.
    let lie = Digest::of(b"lie").to_string();
    let reply = Reply::new(
        200,
        &[("docker-content-digest", lie.as_str())],
        &shelf.manifest,
    );
    shelf.set("/v2/team/plugin/manifests/1.2.3", reply);
    assert!(matches!(
        refused(&shelf.wanted("1.2.3")).await,
        PullError::WrongDigest { .. }
    ));
    // The component, in the length that its manifest says.
    let shelf = Shelf::with(plugin()).await;
    let mut changed = plugin();
    *changed.last_mut().unwrap() ^= 1;
    shelf.set(&blob(&plugin()), Reply::ok(changed));
    let error = refused(&shelf.wanted("1.2.3")).await;
    assert!(
        matches!(
            error,
            PullError::WrongDigest {
                what: "the component",
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_blob_that_is_longer_or_shorter_than_its_manifest_says_is_refused() {
    let shelf = Shelf::with(plugin()).await;
    let declared = plugin().len() as u64;
    shelf.set(&blob(&plugin()), Reply::ok(&plugin()[..1000]));
    assert_eq!(
        refused(&shelf.wanted("1.2.3")).await,
        PullError::LyingLength {
            declared,
            actual: 1000
        }
    );
    let endless = Reply {
        endless: true,
        ..Reply::raw(200, &[], "x".repeat(65536))
    };
    shelf.set(&blob(&plugin()), endless);
    let error = refused(&shelf.wanted("1.2.3")).await;
    let PullError::LyingLength { actual, .. } = error else {
        panic!("{error}")
    };
    assert!(
        actual < declared + (1 << 20),
        "{actual} bytes were read of {declared}"
    );
    // A length in the head that the body does not keep.
    let length = declared.to_string();
    shelf.set(
        &blob(&plugin()),
        Reply::raw(200, &[("content-length", length.as_str())], "short"),
    );
    assert!(matches!(
        refused(&shelf.wanted("1.2.3")).await,
        PullError::Unreachable { .. }
    ));
}

#[tokio::test]
async fn endless_documents_are_cut_whatever_they_are() {
    let endless = |status| Reply {
        endless: true,
        ..Reply::raw(status, &[], "x".repeat(65536))
    };
    let caps = PullCaps {
        manifest_bytes: 100_000,
        tags_bytes: 100_000,
        token_bytes: 10_000,
        ..small()
    };
    let shelf = Shelf::with(plugin()).await;
    shelf.set("/v2/team/plugin/manifests/1.2.3", endless(200));
    let error = refused_with(caps, &shelf.wanted("1.2.3")).await;
    assert_eq!(
        error,
        PullError::TooLarge {
            what: "the manifest",
            cap: 100_000
        }
    );
    shelf.set("/v2/team/plugin/tags/list?n=1000", endless(200));
    let error = refused_with(caps, &shelf.wanted("~1")).await;
    assert_eq!(
        error,
        PullError::TooLarge {
            what: "the list of tags",
            cap: 100_000
        }
    );
    shelf.set("/v2/team/plugin/manifests/1.2.3", endless(500));
    let error = refused_with(caps, &shelf.wanted("1.2.3")).await;
    assert!(
        matches!(error, PullError::Refused { status: 500, .. }),
        "{error}"
    );
    let challenge = format!("Bearer realm=\"{}/token\"", shelf.server.url());
    shelf.set(
        "/v2/team/plugin/manifests/1.2.3",
        Reply::new(401, &[("www-authenticate", &challenge)], ""),
    );
    shelf.set(
        "/token?scope=repository%3Ateam%2Fplugin%3Apull",
        endless(200),
    );
    let error = refused_with(caps, &shelf.wanted("1.2.3")).await;
    assert_eq!(
        error,
        PullError::TooLarge {
            what: "the registry's token",
            cap: 10_000
        }
    );
}

#[tokio::test]
async fn a_registry_that_stalls_is_given_up() {
    let shelf = Shelf::with(plugin()).await;
    let caps = PullCaps {
        request_timeout: Duration::from_millis(300),
        ..small()
    };
    for reply in [
        Reply {
            hangs: true,
            ..Reply::default()
        },
        Reply {
            hangs: true,
            ..Reply::raw(200, &[], "{")
        },
    ] {
        shelf.set("/v2/team/plugin/manifests/1.2.3", reply);
        let error = refused_with(caps, &shelf.wanted("1.2.3")).await;
        assert!(matches!(error, PullError::Timeout { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_range_takes_the_highest_of_all_pages() {
    let shelf = Shelf::with(plugin()).await;
    let next = |last: &str| format!("</v2/team/plugin/tags/list?n=1000&last={last}>; rel=\"next\"");
    let page = |tags: serde_json::Value| json!({"name": "team/plugin", "tags": tags}).to_string();
    let list = "/v2/team/plugin/tags/list?n=1000";
    shelf.set(
        list,
        Reply::new(
            200,
            &[("link", &next("a"))],
            page(json!(["1.2.0", "latest", "2.0.0"])),
        ),
    );
    shelf.set(
        &format!("{list}&last=a"),
        Reply::ok(page(json!(["1.2.3", "1.2.1"]))),
    );
    let installed = pull_with(small(), &shelf.wanted("~1.2")).await.unwrap();
    assert_eq!(
        (installed.version.as_str(), installed.digest),
        ("1.2.3", shelf.digest())
    );

    let error = refused(&shelf.wanted("~3")).await;
    assert!(
        error
            .to_string()
            .contains("the newest versions are 2.0.0, 1.2.3, 1.2.1, 1.2.0"),
        "{error}"
    );

    for (page_of, last) in [("", "a"), ("&last=a", "b"), ("&last=b", "a")] {
        let reply = Reply::new(
            200,
            &[("link", next(last).as_str())],
            page(json!(["1.0.0"])),
        );
        shelf.set(&format!("{list}{page_of}"), reply);
    }
    assert!(matches!(
        refused(&shelf.wanted("~1")).await,
        PullError::EndlessTags { pages: 5, .. }
    ));
}

#[tokio::test]
async fn a_registry_that_is_not_listed_is_asked_over_tls_only() {
    // Not a loopback address, so that TLS is required; nothing answers TLS there.
    let wanted = Wanted::new(
        "0.0.0.0:1/team/plugin".parse().unwrap(),
        "1.2.3".parse().unwrap(),
    );
    assert!(matches!(
        refused(&wanted).await,
        PullError::Unreachable { .. }
    ));
}
