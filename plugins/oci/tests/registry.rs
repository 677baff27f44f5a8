//! Tags, digests and referrers of a real docker-registry.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod support;

use maquette_sdk::registry::{Image, Pair, Tag};
use maquette_sdk::{Error, Registry as _};
use oci::Oci;
use serde_json::{Value, json};
use support::{PASSWORD, Registry, Tokens, USER, base64, context, index, push, push_artifact};

const REPOSITORY: &str = "team/web";

fn configuration(created: &str, architecture: &str) -> Value {
    json!({
        "created": created, "os": "linux", "architecture": architecture,
        "config": { "Labels": { "org.opencontainers.image.revision": "abc", "tier": "web" } },
        "rootfs": { "type": "layers", "diff_ids": [] },
    })
}

fn label(name: &str, value: &str) -> Pair {
    Pair {
        name: name.into(),
        value: value.into(),
    }
}

#[test]
fn every_tag_is_listed_once() {
    let registry = Registry::open();
    for tag in ["v2", "v1", "latest", "v10"] {
        push(
            &registry.url(),
            REPOSITORY,
            tag,
            "",
            &configuration("2026-01-01T00:00:00Z", "amd64"),
        );
    }
    let tags = Oci
        .list_tags(&context(&registry.url(), None), REPOSITORY, None)
        .unwrap();
    let names: Vec<String> = tags.items.into_iter().map(|tag| tag.name).collect();
    assert_eq!(names, ["latest", "v1", "v10", "v2"]);
    assert_eq!(tags.next, None);
}

#[test]
fn an_image_is_what_its_manifest_and_configuration_say() {
    let registry = Registry::open();
    let url = registry.url();
    let pushed = push(
        &url,
        REPOSITORY,
        "v1",
        "",
        &configuration("2026-01-02T03:04:05Z", "arm64"),
    );
    let expected = Image {
        digest: pushed.digest.clone(),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        created: Some("2026-01-02T03:04:05Z".into()),
        platforms: vec!["linux/arm64".into()],
        labels: vec![
            label("org.opencontainers.image.revision", "abc"),
            label("tier", "web"),
        ],
    };
    let written = format!("127.0.0.1:{}/{REPOSITORY}", registry.port);
    for (repository, reference) in [(REPOSITORY, "v1"), (&written, &pushed.digest)] {
        let image = Oci.resolve(&context(&url, None), repository, reference);
        assert_eq!(image.unwrap(), expected);
    }
}

#[test]
fn an_index_keeps_its_own_digest_and_names_what_runs() {
    let registry = Registry::open();
    let url = registry.url();
    let one = push(
        &url,
        REPOSITORY,
        "",
        "",
        &configuration("2026-01-01T00:00:00Z", "amd64"),
    );
    let two = push(
        &url,
        REPOSITORY,
        "",
        "",
        &configuration("2026-01-02T00:00:00Z", "arm"),
    );
    let annotations = json!({ "tier": "edge" });
    let images = [(&one, ""), (&two, "linux/arm/v7"), (&one, "linux/amd64")];
    let pushed = index(&url, REPOSITORY, "multi", &images, &annotations);
    let image = Oci
        .resolve(&context(&url, None), REPOSITORY, "multi")
        .unwrap();
    assert_eq!(image.digest, pushed.digest);
    assert_eq!(image.platforms, ["linux/amd64", "linux/arm/v7"]);
    assert_eq!(image.created.as_deref(), Some("2026-01-02T00:00:00Z"));
    assert!(image.labels.contains(&label("tier", "edge")), "{image:?}");
}

#[test]
fn what_does_not_exist_is_not_found() {
    let registry = Registry::open();
    let url = registry.url();
    push(
        &url,
        REPOSITORY,
        "v1",
        "",
        &configuration("2026-01-01T00:00:00Z", "amd64"),
    );
    let ctx = context(&url, None);
    let absent = format!("sha256:{}", "0".repeat(64));
    for error in [
        Oci.resolve(&ctx, REPOSITORY, "v9").unwrap_err(),
        Oci.resolve(&ctx, REPOSITORY, &absent).unwrap_err(),
        Oci.resolve(&ctx, "team/none", "v1").unwrap_err(),
        Oci.list_tags(&ctx, "team/none", None).unwrap_err(),
        Oci.list_referrers(&ctx, REPOSITORY, &absent, None, None)
            .unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    }
}

#[test]
fn referrers_are_found_without_an_api_for_them() {
    let registry = Registry::open();
    let url = registry.url();
    let ctx = context(&url, None);
    let image = push(
        &url,
        REPOSITORY,
        "v1",
        "",
        &configuration("2026-01-01T00:00:00Z", "amd64"),
    );
    let list = |artifact_type| {
        let listed = Oci.list_referrers(&ctx, REPOSITORY, &image.digest, artifact_type, None);
        let types = listed.unwrap().items.into_iter();
        types.map(|r| r.artifact_type.unwrap()).collect::<Vec<_>>()
    };
    assert!(list(None).is_empty());
    push_artifact(
        &url,
        REPOSITORY,
        &image.digest,
        &["application/spdx+json", "application/x-signature"],
    );
    assert_eq!(
        list(None),
        ["application/spdx+json", "application/x-signature"]
    );
    assert_eq!(
        list(Some("application/x-signature")),
        ["application/x-signature"]
    );
}

#[test]
fn a_login_is_used_where_it_is_asked_for_and_missed_where_there_is_none() {
    let registry = Registry::closed();
    let url = registry.url();
    let login = format!("{USER}:{PASSWORD}");
    let authorization = format!("Basic {}", base64(&login));
    push(
        &url,
        REPOSITORY,
        "v1",
        &authorization,
        &configuration("2026-01-01T00:00:00Z", "amd64"),
    );
    let tags = |login| Oci.list_tags(&context(&url, login), REPOSITORY, None);
    assert_eq!(tags(Some(&login)).unwrap().items, [Tag::named("v1")]);
    let none = tags(None).unwrap_err();
    assert!(
        matches!(&none, Error::Unauthorized(text) if text.contains("add `login`")),
        "{none:?}"
    );
    let wrong = tags(Some("ci:wrong-canary")).unwrap_err();
    assert!(
        matches!(&wrong, Error::Unauthorized(text) if !text.contains("canary")),
        "{wrong:?}"
    );
}

#[test]
fn a_token_is_had_from_the_server_that_the_registry_names() {
    let login = format!("{USER}:{PASSWORD}");
    let tokens = Tokens::start(&login);
    let registry = Registry::start(|folder| tokens.authentication(folder));
    let url = registry.url();
    let tags = |login, repository| Oci.list_tags(&context(&url, login), repository, None);
    // Nothing was pushed: whoever may look is told that there is nothing, whoever may not is told that.
    let (allowed, everybody) = (tags(Some(&login), REPOSITORY), tags(None, "public/web"));
    for answer in [allowed, everybody] {
        assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
    }
    for answer in [tags(None, REPOSITORY), tags(Some("ci:wrong"), REPOSITORY)] {
        assert!(matches!(answer, Err(Error::Unauthorized(_))), "{answer:?}");
    }
    let first = tokens.requests().first().cloned().unwrap();
    assert_eq!(
        first,
        "/token?service=registry.test&scope=repository%3Ateam%2Fweb%3Apull"
    );
}
