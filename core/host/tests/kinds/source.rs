use maquette_host::{
    CallError, PluginError,
    kinds::source::{
        CloneSecret, Comment, Deployment, Filter, Header, Hint, Outcome, Status, Webhook,
    },
};

use crate::support::{call, provider, refused};

/// What the guest shows of its arguments in an error.
fn told<T: std::fmt::Debug>(result: Result<T, CallError>) -> String {
    match result {
        Err(CallError::Plugin(PluginError::Other(text))) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn changes_and_what_is_said_to_them_arrive_as_they_were_sent() {
    let source = provider().await.source().unwrap();
    let filter = Filter {
        labels: vec!["preview".into()],
        base_branches: vec!["main".into()],
        head_branches: vec!["feature/*".into()],
        drafts: true,
        branches: false,
    };
    let changes = source
        .list_changes(&call(), "shop/web", &filter, Some("2"))
        .await
        .unwrap();
    assert_eq!(
        changes.items[0].title,
        "shop/web: Filter { labels: [\"preview\"], base-branches: [\"main\"], head-branches: [\"feature/*\"], \
         drafts: true, branches: false }"
    );
    assert_eq!(changes.items[0].head_sha, "f".repeat(40));
    assert_eq!(changes.next.as_deref(), Some("2"));
    let change = source.get_change(&call(), "shop/web", "12").await.unwrap();
    assert_eq!(
        (change.id.as_str(), change.author.as_str()),
        ("12", "alice")
    );

    let status = Status {
        sha: "f".repeat(40),
        name: "preview".into(),
        outcome: Outcome::Inactive,
        description: "is gone".into(),
        url: None,
    };
    let text = told(source.set_status(&call(), "shop/web", &status).await);
    assert!(text.contains("Outcome::Inactive"), "{text}");
    let deployment = Deployment {
        sha: "f".repeat(40),
        environment: "preview/pr-12".into(),
        outcome: Outcome::Running,
        url: Some("https://a.example.com".into()),
        log_url: None,
    };
    let text = told(
        source
            .set_deployment(&call(), "shop/web", &deployment)
            .await,
    );
    assert!(text.contains("preview/pr-12"), "{text}");
    let comment = Comment {
        change: "12".into(),
        marker: "maquette".into(),
        body: "**up**".into(),
    };
    let text = source.upsert_comment(&call(), "shop/web", &comment).await;
    assert!(text.unwrap().contains("**up**"));
    let deleted = source
        .delete_comment(&call(), "shop/web", "12", "maquette")
        .await;
    deleted.unwrap();
}

#[tokio::test]
async fn only_a_credential_that_is_declared_for_it_clones() {
    let source = provider().await.source().unwrap();
    let bound = source.clone_credential(&call(), "bound").await.unwrap();
    assert_eq!(bound.secret, CloneSecret::Credential("login".into()));
    let text = refused(source.clone_credential(&call(), "hands-on").await);
    assert!(text.contains("`api-key`, which is not declared"), "{text}");
    let text = refused(source.clone_credential(&call(), "plain").await);
    assert!(text.contains("is not a URL over https"), "{text}");
    let token = source.clone_credential(&call(), "token").await.unwrap();
    let shown = format!("{token:?} {}", serde_json::to_string(&token).unwrap());
    assert!(!shown.contains("short-lived-token"), "{shown}");
    let CloneSecret::Token(token) = token.secret else {
        panic!("{shown}")
    };
    assert_eq!(token.value, "short-lived-token");
}

#[tokio::test]
async fn abbreviated_names_and_other_changes_are_refused() {
    let source = provider().await.source().unwrap();
    assert_eq!(
        source.resolve(&call(), "shop/web", "main").await.unwrap(),
        "0123456789abcdef0123456789abcdef01234567"
    );
    let text = refused(source.resolve(&call(), "abbreviates", "0123abc").await);
    assert!(text.contains("`0123abc` is no full object name"), "{text}");
    let text = refused(source.get_change(&call(), "shop/web", "other").await);
    assert!(text.contains("`8` was not asked for"), "{text}");
}

#[tokio::test]
async fn a_webhook_is_read_only_with_a_signature_or_token_of_the_credential() {
    let source = provider().await.source().unwrap();
    let header = |name: &str, value: &str| Header {
        name: name.into(),
        value: value.into(),
    };
    // printf 'pushed' | openssl dgst -sha256 -hmac s3cr3t-of-hooks
    let signature = "bb4f9d3373bd8581eedf3cd1355aa3dbb5c34bb592acf75eca4b602f73bc8d57";
    let read = |headers: Vec<Header>| {
        let (source, body) = (source.clone(), b"pushed".to_vec());
        async move {
            let webhook = Webhook { headers, body };
            source.parse_webhook(&call(), &webhook).await
        }
    };
    let hint = Hint {
        delivery: "d-1".into(),
        repository: "shop/web".into(),
        change: Some("7".into()),
    };
    for proof in [
        header("x-signature", signature),
        header("x-token", "s3cr3t-of-hooks"),
    ] {
        let found = read(vec![proof.clone(), header("x-delivery", "d-1")]).await;
        assert_eq!(found.unwrap(), Some(hint.clone()));
        assert_eq!(read(vec![proof]).await.unwrap(), None);
    }
    for wrong in [
        vec![],
        vec![header("x-token", "s3cr3t-of-hook")],
        vec![header("x-signature", &signature.replace('0', "1"))],
    ] {
        let refused = read(wrong).await;
        assert!(
            matches!(
                &refused,
                Err(CallError::Plugin(PluginError::Unauthorized(_)))
            ),
            "{refused:?}"
        );
    }
}
