//! This guest and that of `tests/guests` are built against `wit/since-v0.1.0`, which never changes, and the drafts: what they
//! show holds for plugins of that release.

use maquette_host::{
    CallError, inspect,
    kinds::tunnel::{Spec, TunnelSecret},
};

use crate::support::{
    call, component, provider_with,
    server::{Reply, Server},
};

#[tokio::test]
async fn a_plugin_of_the_first_release_runs_through_the_same_checks() {
    let found = inspect(&component()).unwrap();
    let ours = |name: &&String| name.starts_with("maquette:");
    let versions = found.imports.iter().chain(&found.exports).filter(ours);
    assert!(versions.clone().count() > 8);
    for name in versions {
        let drafts = ["source", "builder", "bundler", "delivery"];
        let is_draft = drafts
            .iter()
            .any(|draft| name.starts_with(&format!("maquette:{draft}/")));
        let version = if is_draft { "@0.0.1" } else { "@0.1.0" };
        assert!(name.ends_with(version), "{name}");
    }

    let server = Server::start(|_| Reply::ok("reached")).await;
    // A name is granted, and leads to an address that is not.
    let url = server.url().replace("127.0.0.1", "localhost");
    let provider = provider_with(&url, &[]).await;
    let spec = Spec {
        name: "sends".into(),
        owner: "cluster-1/Tunnel/shop/web".into(),
        routes: vec![],
    };
    let secret = TunnelSecret::random().unwrap();
    let tunnel = provider.tunnel().unwrap();
    let denied = tunnel.ensure(&call(), &spec, &secret).await;
    let Err(CallError::Denied(text)) = denied else {
        panic!("{denied:?}")
    };
    assert!(text.contains("which is not a public address"), "{text}");
    assert!(server.requests().is_empty());
}
