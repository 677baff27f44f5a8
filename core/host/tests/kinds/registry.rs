use maquette_host::{
    CallError, Digest, PluginError,
    kinds::{
        registry::{Action, Image, Login, Referrer, Secret, Tag, Tags},
        shared::Pair,
    },
};

use crate::support::{call, provider, refused};

#[tokio::test]
async fn tags_come_page_by_page() {
    let registry = provider().await.registry().unwrap();
    let first = registry.list_tags(&call(), "web", None).await.unwrap();
    assert_eq!(
        first,
        Tags {
            items: ["1.0", "1.1"]
                .map(|name| Tag {
                    name: name.into(),
                    digest: Some(format!("sha256:{}", "c".repeat(64))),
                    pushed: None,
                })
                .into(),
            total: Some(3),
            next: Some("page-2".into())
        }
    );
    let last = registry
        .list_tags(&call(), "web", first.next.as_deref())
        .await;
    assert_eq!(last.unwrap().next, None);
}

#[tokio::test]
async fn an_image_arrives_with_every_field() {
    let registry = provider().await.registry().unwrap();
    let image = registry.resolve(&call(), "web", "1.0").await.unwrap();
    let label = |name: &str, value: &str| Pair {
        name: name.into(),
        value: value.into(),
    };
    assert_eq!(
        image,
        Image {
            digest: format!("sha256:{}", "a".repeat(64)),
            media_type: "application/vnd.oci.image.index.v1+json".into(),
            created: Some("2026-01-02T03:04:05Z".into()),
            platforms: vec!["linux/amd64".into(), "linux/arm/v7".into()],
            labels: vec![label("asked", "1.0")],
        }
    );
    let subject: Digest = image.digest.parse().unwrap();
    let found = registry
        .list_referrers(&call(), "web", &subject, Some("a/b"), Some("2"))
        .await
        .unwrap();
    assert_eq!(
        found.items,
        [Referrer {
            digest: format!("sha256:{}", "b".repeat(64)),
            media_type: "application/vnd.oci.image.manifest.v1+json".into(),
            artifact_type: Some("a/b".into()),
            size: u64::MAX,
            annotations: vec![label("web", &subject.to_string())],
        }]
    );
    assert_eq!(found.next.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_login_for_other_clients_names_only_what_is_declared_for_them() {
    let registry = provider().await.registry().unwrap();
    let call = call();
    let login = |repository: &'static str, action| registry.login_for(&call, repository, action);
    assert_eq!(login("public", Action::Pull).await.unwrap(), None);
    let bound = login("bound", Action::Push).await.unwrap().unwrap();
    assert_eq!(
        bound,
        Login {
            host: "registry.example.com:5000".into(),
            username: "Action::Push".into(),
            secret: Secret::Credential("login".into()),
        }
    );
    let token = login("token", Action::Pull).await.unwrap().unwrap();
    let Secret::Token(token) = &token.secret else {
        panic!("{token:?}")
    };
    assert_eq!(token.value, "short-lived-token");
    assert!(!format!("{token:?}").contains("short-lived-token"));
    let text = refused(login("hands-on", Action::Pull).await);
    assert!(
        text.contains("not declared with the placement `connector`"),
        "{text}"
    );
    let text = refused(login("malformed", Action::Pull).await);
    assert!(text.contains("`a/b` is no host"), "{text}");
}

#[tokio::test]
async fn a_tag_is_deleted_only_while_it_stands_for_the_digest() {
    let registry = provider().await.registry().unwrap();
    let digest = registry.digest(&call(), "web", "1.0").await.unwrap();
    let deleted = registry.delete_tag(&call(), "web", "1.0", &digest).await;
    assert!(
        matches!(&deleted, Err(CallError::Plugin(PluginError::Other(text))) if *text == format!("1.0 after {digest}")),
        "{deleted:?}"
    );
    registry.ensure_repository(&call(), "web").await.unwrap();
    let forbidden = registry.ensure_repository(&call(), "forbidden").await;
    assert!(
        matches!(forbidden, Err(CallError::Plugin(PluginError::Forbidden(_)))),
        "{forbidden:?}"
    );
}

#[tokio::test]
async fn malformed_and_repeated_answers_are_refused() {
    let registry = provider().await.registry().unwrap();
    let text = refused(registry.list_tags(&call(), "repeats", None).await);
    assert!(text.contains("`1.0` is there twice"), "{text}");
    let text = refused(registry.list_tags(&call(), "malformed", None).await);
    assert!(text.contains("`no tag` is not a tag"), "{text}");
    let text = refused(registry.digest(&call(), "malformed", "1.0").await);
    assert!(text.contains("`sha256:1` is not a digest"), "{text}");
    let text = refused(registry.resolve(&call(), "malformed", "1.0").await);
    assert!(text.contains("`sha256:1` is not a digest"), "{text}");
    let asked = format!("sha256:{}", "d".repeat(64));
    let text = refused(registry.resolve(&call(), "web", &asked).await);
    assert!(
        text.contains("is not the digest that was asked for"),
        "{text}"
    );
    let missing = registry.resolve(&call(), "missing", "1.0").await;
    assert!(
        matches!(&missing, Err(CallError::Plugin(PluginError::NotFound(_)))),
        "{missing:?}"
    );
}
