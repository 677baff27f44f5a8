//! Where a registry's login and token go, and where they never go.

use maquette_host::PullError;

use crate::{
    pull::{pull_with, refused, small},
    support::{
        guest::plugin,
        server::{Reply, Server},
        shelf::{Documents, Shelf, blob},
    },
};

fn token_registry(
    login: &'static str,
) -> impl Fn(&crate::support::server::Request) -> Option<Reply> + Send + Sync {
    move |request| {
        let host = request.header("host").unwrap().to_owned();
        if request.path.starts_with("/token") {
            let known = request.header("authorization") == Some(login);
            return Some(if known {
                Reply::ok(r#"{"token":"abc"}"#)
            } else {
                Reply::new(401, &[], "{}")
            });
        }
        let challenge =
            format!("Bearer realm=\"http://{host}/token\",service=\"shelf\",scope=\"ignored\"");
        let missing = request.header("authorization") != Some("Bearer abc");
        missing.then(|| Reply::new(401, &[("www-authenticate", &challenge)], "{}"))
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_with_the_login_and_used_for_every_request() {
    let shelf = Shelf::guarded(
        Documents::of(plugin()),
        token_registry("Basic Y2k6aHVudGVyMjI="),
    )
    .await;
    let installed = pull_with(small(), &shelf.wanted_with_login("1.2.3"))
        .await
        .unwrap();
    assert_eq!(installed.digest, shelf.digest());
    let paths = shelf.paths();
    assert_eq!(
        paths[1],
        "/token?service=shelf&scope=repository%3Ateam%2Fplugin%3Apull"
    );
    assert_eq!(paths.len(), 5, "{paths:?}");
    // Without the login the registry's answer is reported.
    let error = refused(&shelf.wanted("1.2.3")).await;
    assert!(
        matches!(&error, PullError::Unauthorized { .. })
            && error.to_string().contains("pullSecrets"),
        "{error}"
    );
}

#[tokio::test]
async fn a_login_is_sent_as_basic_where_the_registry_asks_for_that() {
    let shelf = Shelf::guarded(Documents::of(plugin()), |request| {
        let missing = request.header("authorization") != Some("Basic Y2k6aHVudGVyMjI=");
        missing.then(|| Reply::new(401, &[("www-authenticate", "Basic realm=\"shelf\"")], "{}"))
    });
    let shelf = shelf.await;
    pull_with(small(), &shelf.wanted_with_login("1.2.3"))
        .await
        .unwrap();
    // Not before it was asked for.
    assert_eq!(shelf.server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_login_never_goes_to_a_realm_that_could_be_anybody() {
    let shelf = Shelf::with(plugin()).await;
    for realm in [
        "http://auth.example/token",
        "https://auth.example/token",
        "http://169.254.169.254/",
        "file:///x",
    ] {
        let challenge = format!("Bearer realm=\"{realm}\"");
        shelf.set(
            "/v2/team/plugin/manifests/1.2.3",
            Reply::new(401, &[("www-authenticate", &challenge)], ""),
        );
        let error = refused(&shelf.wanted_with_login("1.2.3")).await;
        assert!(
            matches!(&error, PullError::RealmRefused { .. }),
            "{realm}: {error}"
        );
    }
    let leaked = shelf
        .server
        .requests()
        .iter()
        .any(|request| request.header("authorization").is_some());
    assert!(!leaked);
}

#[tokio::test]
async fn a_blob_is_followed_to_another_server_without_the_credential() {
    let store = Server::start(|_| Reply::ok(plugin())).await;
    let shelf = Shelf::guarded(
        Documents::of(plugin()),
        token_registry("Basic Y2k6aHVudGVyMjI="),
    )
    .await;
    let location = format!("{}/blob?signature=x", store.url());
    shelf.set(
        &blob(&plugin()),
        Reply::new(307, &[("location", &location)], ""),
    );
    pull_with(small(), &shelf.wanted_with_login("1.2.3"))
        .await
        .unwrap();
    let seen = store.requests();
    assert_eq!((seen.len(), seen[0].header("authorization")), (1, None));
    // Around in circles, or to where the machine itself is configured.
    shelf.set(
        &blob(&plugin()),
        Reply::new(307, &[("location", &blob(&plugin()))], ""),
    );
    assert!(matches!(
        refused(&shelf.wanted_with_login("1.2.3")).await,
        PullError::Unauthorized { .. } | PullError::Refused { .. }
    ));
    shelf.set(
        &blob(&plugin()),
        Reply::new(307, &[("location", "http://169.254.169.254/latest")], ""),
    );
    let error = refused(&shelf.wanted_with_login("1.2.3")).await;
    assert!(
        matches!(error, PullError::RedirectRefused { .. }),
        "{error}"
    );
}
