//! What a provider has to grant before its plugin is called at all; every message names what to change.

use maquette_host::{Digest, GrantError, Grants, Limits, Secret};
use serde_json::json;

use crate::support::{behave, grants, host};

const URL: &str = "https://pdns.corp.example:8081";

async fn refused(change: impl FnOnce(&mut Grants)) -> GrantError {
    let (host, digest) = host().await;
    let mut grants = grants(URL);
    change(&mut grants);
    host.provider("p", &digest, grants)
        .err()
        .expect("these grants are not enough")
}

#[tokio::test]
async fn what_satisfies_the_manifest_is_accepted() {
    let (host, digest) = host().await;
    let provider = host.provider("p", &digest, grants(URL)).unwrap();
    assert_eq!(provider.manifest().name, "guest");
    provider.dns().unwrap();
}

#[tokio::test]
async fn a_plugin_has_to_be_installed_first() {
    let (host, _) = host().await;
    let other = Digest::of(b"other");
    let error = host.provider("p", &other, grants(URL)).err().unwrap();
    assert_eq!(error, GrantError::NotInstalled(other));
}

#[tokio::test]
async fn configuration_that_the_schema_refuses_is_reported_with_its_path() {
    let error = refused(|grants| grants.config = json!({"url": URL, "retries": 10})).await;
    assert!(
        matches!(&error, GrantError::Config { path, .. } if path == "/retries"),
        "{error}"
    );
    let error = refused(|grants| grants.config = json!({})).await;
    assert!(
        matches!(&error, GrantError::Config { path, problem } if path.is_empty() && problem.contains("url"))
    );
    let error = refused(|grants| grants.config = json!({"url": URL, "ulr": 1})).await;
    assert!(
        matches!(&error, GrantError::Config { problem, .. } if problem.contains("ulr")),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_credential_is_named_with_what_it_is() {
    let error = refused(|grants| grants.credentials.clear()).await;
    let GrantError::CredentialMissing { name, description } = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (name.as_str(), description.as_str()),
        ("api-key", "The api-key of the test server.")
    );
    assert!(
        error
            .to_string()
            .contains("credentials: {api-key: {secretRef:"),
        "{error}"
    );
}

#[tokio::test]
async fn a_credential_that_cannot_be_sent_is_refused_without_showing_it() {
    for (name, value, expected) in [
        ("api-key", "s3cr3t\n", "ends with a line break"),
        ("api-key", "s3\u{1}cr3t", "no HTTP header can hold"),
        ("api-key", "", "is empty"),
        ("login", "s3cr3t", "`user:password`"),
    ] {
        let error = refused(|grants| {
            grants.credentials.insert(name.into(), Secret::new(value));
        })
        .await;
        let text = error.to_string();
        assert!(text.contains(expected) && !text.contains("cr3t"), "{text}");
    }
    let error = refused(|grants| {
        grants.credentials.insert("apikey".into(), Secret::new("x"));
    })
    .await;
    assert!(
        error
            .to_string()
            .contains("it uses: api-key, login, token, key, aws, app"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_from_the_configuration_has_to_be_granted() {
    let error = refused(|grants| grants.egress.clear()).await;
    assert_eq!(
        error.to_string(),
        format!("the plugin calls {URL}, which is not granted; add `egress: [\"{URL}\"]`")
    );
    let error = refused(|grants| grants.config = json!({"url": "pdns"})).await;
    assert!(
        matches!(&error, GrantError::HostFromConfig { pointer, .. } if pointer == "/url"),
        "{error}"
    );
}

#[tokio::test]
async fn limits_that_the_host_cannot_enforce_are_refused() {
    let error = refused(|grants| grants.limits.memory_bytes = Limits::MEMORY_CEILING + 1).await;
    assert_eq!(
        error.to_string(),
        "limits.memory: at least 1 byte and at most 512 MiB"
    );
    let error = refused(|grants| grants.limits.concurrency = 0).await;
    assert!(matches!(
        error,
        GrantError::Limit {
            field: "concurrency",
            ..
        }
    ));
}

#[tokio::test]
async fn options_of_an_object_reach_its_calls_with_their_defaults() {
    let (host, digest) = host().await;
    let provider = host.provider("options", &digest, grants(URL)).unwrap();
    let options = async |provider: maquette_host::Provider| {
        let told = behave(&provider.dns().unwrap(), "tells-its-options", "n").await;
        told.unwrap().remove(0)
    };
    assert_eq!(options(provider.clone()).await, r#"{"proxied":false}"#);
    let given = provider.with_options("dns", &json!({"proxied": true}));
    assert_eq!(options(given.unwrap()).await, r#"{"proxied":true}"#);
    let error = provider.with_options("dns", &json!({"proxied": 1})).err();
    assert!(
        matches!(error, Some(GrantError::Options { .. })),
        "{error:?}"
    );
    let error = provider.with_options("tunnel", &json!({})).err();
    assert_eq!(error, Some(GrantError::OptionsUnknown("tunnel".into())));
}
