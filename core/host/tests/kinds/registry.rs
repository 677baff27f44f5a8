use maquette_host::{
    CallError, Digest, PluginError,
    kinds::registry::{Image, Label, Referrer, Tags},
};

use crate::support::{call, provider, refused};

#[tokio::test]
async fn tags_come_page_by_page() {
    let registry = provider().await.registry().unwrap();
    let first = registry.list_tags(&call(), "web", None).await.unwrap();
    assert_eq!(
        first,
        Tags {
            items: vec!["1.0".into(), "1.1".into()],
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
    let label = |key: &str, value: &str| Label {
        key: key.into(),
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
async fn malformed_and_repeated_answers_are_refused() {
    let registry = provider().await.registry().unwrap();
    let text = refused(registry.list_tags(&call(), "repeats", None).await);
    assert!(text.contains("`1.0` is there twice"), "{text}");
    let text = refused(registry.list_tags(&call(), "malformed", None).await);
    assert!(text.contains("`no tag` is not a tag"), "{text}");
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
