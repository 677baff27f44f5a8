use maquette_host::{
    CallError, PluginError,
    dns::{Change, Deletion, RecordType},
    kinds::tunnel::{Observed, Probe, Route, Source, Spec, Target, TunnelSecret, Variable},
};

use crate::support::{
    call, provider, provider_at, refused,
    server::{Reply, Server},
};

fn spec(name: &str) -> Spec {
    Spec {
        name: name.into(),
        owner: "cluster-1/Tunnel/shop/web".into(),
        routes: vec![Route {
            hostname: "a.example.com".into(),
            path: Some("/x".into()),
            service: "http://web:80".into(),
        }],
    }
}

fn secret() -> TunnelSecret {
    TunnelSecret::random().unwrap()
}

#[tokio::test]
async fn a_component_that_exports_several_interfaces_serves_them_all() {
    let provider = provider().await;
    let zones = provider.dns().unwrap().zones(&call()).await.unwrap();
    assert_eq!(zones[0].id, "z-1");
    let tunnel = provider.tunnel().unwrap();
    let observed = tunnel.observe(&call(), "t-1").await.unwrap().unwrap();
    assert_eq!(
        observed,
        Observed {
            id: "t-1".into(),
            name: "name".into(),
            owner: Some("cluster-1/a".into()),
            routes: spec("").routes,
            version: "7".into(),
            connections: Some(4),
        }
    );
    let change = Change::Delete(Deletion {
        name: "a.example.com".into(),
        kind: RecordType::Cname,
        owner: "me".into(),
    });
    let dns = provider.dns().unwrap();
    let outcomes = dns.apply(&call(), "z", &[change]).await;
    assert_eq!(
        outcomes.unwrap(),
        [Err(PluginError::Conflict(Some("somebody".into())))]
    );
}

#[tokio::test]
async fn the_secret_is_in_the_connectors_files_and_nowhere_else() {
    let tunnel = provider().await.tunnel().unwrap();
    let secret = secret();
    let made = tunnel.ensure(&call(), &spec("web"), &secret).await.unwrap();
    assert_eq!(
        made.target,
        Target::Hostname("web.cluster-1/Tunnel/shop/web".into())
    );
    let connector = &made.connector;
    assert_eq!(connector.files[0].path, "/etc/connector/token");
    assert_eq!(
        connector.files[0].content.expose(),
        format!("token = \"{}\"", secret.expose())
    );
    let variable = |name: &str, source| Variable {
        name: name.into(),
        source,
    };
    assert_eq!(
        connector.env,
        [
            variable("A", Source::Value("text".into())),
            variable("B", Source::Credential("login".into())),
            variable("C", Source::Secret),
        ]
    );
    assert_eq!(
        connector.ready,
        Some(Probe {
            path: "/ready".into(),
            port: 2000
        })
    );
    let shown = format!("{made:?} {}", serde_json::to_string(&made).unwrap());
    assert!(!shown.contains(secret.expose()), "{shown}");
    // The placeholder is another one in each call, and the connector is the same.
    let again = tunnel.ensure(&call(), &spec("web"), &secret).await.unwrap();
    assert_eq!(again, made);
}

#[tokio::test]
async fn the_secret_reaches_the_provider_in_a_body_and_does_not_come_back() {
    let server = Server::start(|request| {
        // Echoes the body, also as the base64 of a text around it.
        Reply::ok(format!("{} {}", request.body, encoded(&request.body)))
    })
    .await;
    let tunnel = provider_at(&server.url()).await.tunnel().unwrap();
    let secret = secret();
    let made = tunnel.ensure(&call(), &spec("sends"), &secret).await;
    let told = made.unwrap().version;
    let seen = server.requests().remove(0);
    assert_eq!(seen.body, format!("{{\"secret\":\"{}\"}}", secret.expose()));
    assert_eq!(seen.header("content-length"), Some("57"));
    // In a header the placeholder is a text without meaning.
    let header = seen.header("x-secret").unwrap();
    assert!(header != secret.expose() && header.len() == 44, "{header}");
    assert!(told.starts_with("200"), "{told}");
    assert!(!told.contains(secret.expose()), "{told}");
    assert!(told.contains(&"*".repeat(44)), "{told}");
    let leaked = encoded(&seen.body);
    let overlap = (0..leaked.len() - 12).any(|at| {
        let part = &leaked[at..at + 12];
        // The characters around the secret are the plugin's own.
        at > 16 && at < leaked.len() - 20 && told.contains(part)
    });
    assert!(!overlap, "{told}");
}

#[tokio::test]
async fn a_secret_in_another_place_than_the_manifest_names_keeps_the_request_from_leaving() {
    let server = Server::start(|_| Reply::ok("")).await;
    let tunnel = provider_at(&server.url()).await.tunnel().unwrap();
    let made = tunnel.ensure(&call(), &spec("leaks"), &secret()).await;
    let Err(CallError::Denied(text)) = made else {
        panic!("{made:?}")
    };
    assert!(text.contains("`secretPlaces`"), "{text}");
    assert!(server.requests().is_empty());
}

fn encoded(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}

#[tokio::test]
async fn what_a_plugin_answers_of_the_secret_is_its_placeholder() {
    let tunnel = provider().await.tunnel().unwrap();
    let secret = secret();
    let failed = tunnel.ensure(&call(), &spec("fails"), &secret).await;
    let Err(CallError::Plugin(PluginError::Other(text))) = failed else {
        panic!("{failed:?}")
    };
    assert!(text.len() == 44 && text != secret.expose(), "{text}");
}

#[tokio::test]
async fn answers_that_contradict_the_interface_are_refused() {
    let tunnel = provider().await.tunnel().unwrap();
    for (name, expected) in [
        ("shows", "stands in an argument or variable"),
        (
            "hands-on",
            "`api-key`, which is not declared with the placement `connector`",
        ),
        ("escapes", "`etc/../token` is not a path of plain names"),
    ] {
        let text = refused(tunnel.ensure(&call(), &spec(name), &secret()).await);
        assert!(text.contains(expected), "{text}");
    }
    let text = refused(tunnel.observe(&call(), "other").await);
    assert!(text.contains("`t-9` was not asked for"), "{text}");
    let text = refused(tunnel.list_owned(&call(), "others", None).await);
    assert!(text.contains("has another owner"), "{text}");
}

#[tokio::test]
async fn each_function_gets_its_arguments_in_their_order() {
    let tunnel = provider().await.tunnel().unwrap();
    let changed = tunnel
        .set_routes(&call(), "t-1", &spec("addresses"), &secret(), "41")
        .await
        .unwrap();
    assert!(changed.version.starts_with("t-1 after 41"), "{changed:?}");
    assert!(changed.version.contains("a.example.com"), "{changed:?}");
    let addresses = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().unwrap());
    assert_eq!(changed.target, Target::Addresses(addresses.into()));
    let rotated = tunnel.rotate(&call(), "t-2", &spec("web"), &secret()).await;
    assert_eq!(rotated.unwrap().version, "t-2");
    tunnel.delete(&call(), "t-1", "me").await.unwrap();
    let taken = tunnel.delete(&call(), "taken", "me").await;
    assert!(
        matches!(&taken, Err(CallError::Plugin(PluginError::Conflict(Some(owner)))) if owner == "not me"),
        "{taken:?}"
    );
    assert_eq!(tunnel.observe(&call(), "gone").await.unwrap(), None);
    let page = tunnel.list_owned(&call(), "cluster-1/", Some("2")).await;
    let page = page.unwrap();
    assert_eq!(page.items[0].owner.as_deref(), Some("cluster-1/x"));
    assert_eq!(page.next.as_deref(), Some("2"));
}
