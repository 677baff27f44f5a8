use maquette_host::{
    CallError, PluginError,
    kinds::source::{
        Access, CloneSecret, Comment, Deployment, Event, Filter, Happening, Header, Hint, Hook,
        HookSecret, Key, Login, Outcome, RefKind, Status, Subject, Trust, Webhook,
    },
};

use crate::support::{
    call, provider, provider_at, refused,
    server::{Reply, Server},
};

/// What the guest shows of its arguments in an error.
fn told<T: std::fmt::Debug>(result: Result<T, CallError>) -> String {
    match result {
        Err(CallError::Plugin(PluginError::Other(text))) => text,
        other => panic!("{other:?}"),
    }
}

fn subject() -> Subject {
    Subject {
        sha: "f".repeat(40),
        change: Some("12".into()),
        reference: "refs/pull/12/head".into(),
    }
}

#[tokio::test]
async fn the_host_filters_changes_so_that_no_plugin_has_to() {
    let source = provider().await.source().unwrap();
    let listed = async |filter: &Filter| {
        let changes = source
            .list_changes(&call(), "shop/web", filter, Some("2"))
            .await;
        changes.unwrap().items
    };
    let filter = Filter {
        labels: vec!["preview".into()],
        base_branches: vec!["ma*".into()],
        head_branches: vec!["feature".into()],
        drafts: false,
    };
    let found = listed(&filter).await;
    assert_eq!(found.len(), 1, "{found:?}");
    // The globs stay in the host.
    assert_eq!(
        found[0].title,
        "shop/web: Filter { labels: [\"preview\"], drafts: false }"
    );
    assert_eq!(found[0].trust, Trust::Anybody);
    let all = Filter {
        drafts: true,
        ..Filter::default()
    };
    assert_eq!(listed(&all).await.len(), 3);
    let release = Filter {
        base_branches: vec!["release/*".into()],
        ..Filter::default()
    };
    assert_eq!(listed(&release).await[0].id, "9");
}

#[tokio::test]
async fn messages_about_a_commit_arrive_as_they_were_sent() {
    let source = provider().await.source().unwrap();
    let status = Status {
        of: subject(),
        name: "preview".into(),
        outcome: Outcome::Cancelled,
        description: "is gone".into(),
        url: None,
    };
    let text = told(source.set_status(&call(), "shop/web", &status).await);
    assert!(text.contains("Outcome::Cancelled"), "{text}");
    assert!(text.contains("refs/pull/12/head"), "{text}");
    let deployment = Deployment {
        of: subject(),
        environment: "preview/pr-12".into(),
        transient: true,
        production: false,
        outcome: Outcome::Running,
        description: "starts".into(),
        url: Some("https://a.example.com".into()),
        log_url: None,
        known: Some("4".into()),
    };
    let text = source
        .set_deployment(&call(), "shop/web", &deployment)
        .await;
    let text = text.unwrap();
    assert!(
        text.contains("preview/pr-12") && text.contains("known: Some(\"4\")"),
        "{text}"
    );
    let comment = Comment {
        change: "12".into(),
        marker: "maquette".into(),
        body: "**up**".into(),
        known: None,
    };
    let place = source.upsert_comment(&call(), "shop/web", &comment).await;
    assert!(place.unwrap().id.contains("**up**"));
    let deleted = source
        .delete_comment(&call(), "shop/web", "12", "maquette", None)
        .await;
    deleted.unwrap();
}

#[tokio::test]
async fn a_function_that_the_manifest_lacks_is_not_called() {
    let source = provider().await.source().unwrap();
    let deleted = source
        .delete_deployment(&call(), "shop/web", "preview/1", None)
        .await;
    assert!(
        matches!(&deleted, Err(CallError::Plugin(PluginError::Unsupported(text))) if text.contains("`source.delete-deployment`")),
        "{deleted:?}"
    );
}

#[tokio::test]
async fn refs_files_and_permissions_are_read() {
    let source = provider().await.source().unwrap();
    let found = source
        .describe_repository(&call(), "Shop/Web")
        .await
        .unwrap();
    assert_eq!((found.name.as_str(), found.private), ("shop/web", true));
    let refs = source
        .list_refs(&call(), "shop/web", RefKind::Tag, Some("2"))
        .await
        .unwrap();
    assert_eq!(
        (refs.items[0].name.as_str(), refs.next.as_deref()),
        ("RefKind::Tag", Some("2"))
    );
    let text = refused(
        source
            .list_refs(&call(), "abbreviates", RefKind::Branch, None)
            .await,
    );
    assert!(text.contains("is no full object name"), "{text}");
    let access = source.permission(&call(), "shop/web", "ada").await.unwrap();
    assert!(access >= Access::Write);
    let paths = source
        .changed_paths(&call(), "shop/web", "7", None)
        .await
        .unwrap();
    assert!(
        paths.truncated && paths.items == ["web/main.rs"],
        "{paths:?}"
    );
    let text = refused(
        source
            .changed_paths(&call(), "shop/web", "escapes", None)
            .await,
    );
    assert!(text.contains("is not a path of plain names"), "{text}");
    let file = source.read_file(&call(), "shop/web", "main", "a", 3).await;
    assert_eq!(file.unwrap(), b"xxx");
    let text = refused(
        source
            .read_file(&call(), "shop/web", "main", "long", 3)
            .await,
    );
    assert!(text.contains("more than 3 bytes"), "{text}");
    let files = source
        .list_files(&call(), "shop/web", "main", "web", None)
        .await;
    assert_eq!(files.unwrap().items, ["web/main"]);
}

#[tokio::test]
async fn only_a_credential_that_is_declared_for_it_clones() {
    let source = provider().await.source().unwrap();
    let call = call();
    let others = ["shop/lib".to_owned()];
    let access = |repository: &'static str| source.clone_credential(&call, repository, &others);
    let bound = access("bound").await.unwrap();
    let Login::Password(password) = bound.login else {
        panic!("{bound:?}")
    };
    assert_eq!(password.secret, CloneSecret::Credential("login".into()));
    assert_eq!(bound.also, others);
    let key = access("key").await.unwrap();
    assert!(
        matches!(&key.login, Login::Key(Key { credential, .. }) if credential == "login"),
        "{key:?}"
    );
    for (repository, expected) in [
        ("hands-on", "`api-key`, which is not declared"),
        ("plain", "is no URL for this login"),
        ("elsewhere", "is no URL for this login"),
        ("unknown-host", "a key without lines of `known_hosts`"),
    ] {
        let text = refused(access(repository).await);
        assert!(text.contains(expected), "{text}");
    }
    let token = access("token").await.unwrap();
    let shown = format!("{token:?} {}", serde_json::to_string(&token).unwrap());
    assert!(!shown.contains("short-lived-token"), "{shown}");
    let Login::Password(password) = token.login else {
        panic!("{shown}")
    };
    let CloneSecret::Token(token) = password.secret else {
        panic!("{shown}")
    };
    assert_eq!(token.value, "short-lived-token");
}

#[tokio::test]
async fn the_secret_of_a_webhook_is_made_kept_and_used_by_the_host() {
    let server = Server::start(|_| Reply::ok("made")).await;
    let source = provider_at(&server.url()).await.source().unwrap();
    let secret = HookSecret::random().unwrap();
    let hook = Hook {
        url: "https://hooks.example.com/1".into(),
        events: vec![Event::Change],
    };
    let told = source
        .ensure_webhook(&call(), "shop/web", &hook, &secret)
        .await
        .unwrap();
    assert!(!told.contains(secret.expose()), "{told}");
    let sent: serde_json::Value = serde_json::from_str(&server.requests()[0].body).unwrap();
    assert_eq!(sent["secret"], secret.expose());
    source
        .delete_webhook(&call(), "shop/web", &hook.url)
        .await
        .unwrap();

    let kept = HookSecret::try_from(secret.expose().as_bytes()).unwrap();
    let webhook = |secret: &HookSecret| Webhook {
        headers: [
            ("x-made", "1"),
            ("x-delivery", "d"),
            ("x-signature", &signed(secret, b"pushed")),
        ]
        .map(|(name, value)| Header {
            name: name.into(),
            value: value.into(),
        })
        .into(),
        body: b"pushed".to_vec(),
    };
    let hint = source
        .parse_webhook(&call(), &webhook(&secret), Some(&kept))
        .await;
    assert_eq!(hint.unwrap().unwrap().delivery, "d");
    let other = HookSecret::random().unwrap();
    let refused = source
        .parse_webhook(&call(), &webhook(&other), Some(&kept))
        .await;
    assert!(
        matches!(
            refused,
            Err(CallError::Plugin(PluginError::Unauthorized(_)))
        ),
        "{refused:?}"
    );
    let nothing = source.parse_webhook(&call(), &webhook(&secret), None).await;
    assert!(told_unknown(&nothing), "{nothing:?}");
}

fn told_unknown<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Plugin(PluginError::Other(text))) if text.contains("Unknown"))
}

/// HMAC-SHA-256 keyed with the bytes that the secret stands for, in hexadecimal digits.
fn signed(secret: &HookSecret, body: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use hmac::{Hmac, Mac};
    let key = STANDARD
        .decode(secret.expose().trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
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
    let text = refused(source.get_change(&call(), "shop/web", "bare").await);
    assert!(text.contains("`pull/7/head` is no full ref"), "{text}");
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
            source.parse_webhook(&call(), &webhook, None).await
        }
    };
    let hint = Hint {
        delivery: "d-1".into(),
        repository: "shop/web".into(),
        what: Happening::Change("7".into()),
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
