//! Credentials: put in on the way out, taken out on the way in, never held by the plugin.

use maquette_host::{CallError, Grants, Secret};

use crate::support::{
    behave, dns_with, grants,
    server::{Reply, Server},
};

fn all(url: &str) -> Grants {
    let mut grants = grants(url);
    for (name, value) in [
        ("login", "admin:hunter22"),
        ("token", "t0ken-of-the-vendor"),
        ("key", "hmac key bytes"),
    ] {
        grants.credentials.insert(name.into(), Secret::new(value));
    }
    grants
}

fn request(url: &str, headers: &[&str]) -> String {
    format!("GET\n{url}/\n{}", headers.join("\n"))
}

#[tokio::test]
async fn each_credential_arrives_in_the_header_that_the_manifest_declares() {
    let server = Server::start(|_| Reply::ok("")).await;
    let dns = dns_with("placements", all(&server.url())).await;
    let send = |header: &'static str| {
        let (dns, request) = (dns.clone(), request(&server.url(), &[header]));
        async move { behave(&dns, "sends", &request).await.unwrap() }
    };
    send("X-API-Key: {api-key}").await;
    send("Authorization: {login}").await;
    send("Authorization: {token}").await;
    let seen = server.requests();
    assert_eq!(seen[0].header("x-api-key"), Some("s3cr3t-api-key"));
    assert_eq!(
        seen[1].header("authorization"),
        Some("Basic YWRtaW46aHVudGVyMjI=")
    );
    assert_eq!(
        seen[2].header("authorization"),
        Some("Bearer t0ken-of-the-vendor")
    );
}

#[tokio::test]
async fn a_placeholder_anywhere_else_keeps_the_request_from_leaving() {
    let server = Server::start(|_| Reply::ok("")).await;
    let url = server.url();
    let dns = dns_with("misplaced", all(&url)).await;
    for request in [
        request(&url, &["X-Other: {api-key}"]),
        request(&url, &["X-API-Key: prefix {api-key}"]),
        request(&url, &["X-API-Key: {token}"]),
        request(&url, &["Authorization: {api-key}"]),
        request(&url, &["Authorization: Bearer {token}"]),
        request(&url, &["{api-key}: x"]),
        format!("GET\n{url}/{{api-key}}"),
        format!("GET\n{url}/?key={{api-key}}"),
    ] {
        let result = behave(&dns, "sends", &request).await;
        let Err(CallError::Denied(text)) = result else {
            panic!("{request}: {result:?}")
        };
        assert!(text.contains("it belongs alone into the header"), "{text}");
    }
    assert!(server.requests().is_empty());
    // In a body it is a text without meaning.
    behave(&dns, "sends", &format!("POST\n{url}/\n> {{api-key}}"))
        .await
        .unwrap();
    let body = server.requests().remove(0).body;
    assert!(
        body.contains("maquette-credential-") && !body.contains("s3cr3t"),
        "{body}"
    );
}

#[tokio::test]
async fn a_placeholder_of_one_call_is_worth_nothing_in_the_next() {
    let server = Server::start(|_| Reply::ok("")).await;
    let dns = dns_with("replayed", all(&server.url())).await;
    behave(
        &dns,
        "sends",
        &format!("POST\n{}/\n> {{api-key}}", server.url()),
    )
    .await
    .unwrap();
    let body = server.requests().remove(0).body;
    let start = body.find("maquette-credential-").unwrap();
    let old = &body[start..start + "maquette-credential-".len() + 32];
    behave(
        &dns,
        "sends",
        &request(&server.url(), &[&format!("X-API-Key: {old}")]),
    )
    .await
    .unwrap();
    assert_eq!(server.requests()[1].header("x-api-key"), Some(old));
}

#[tokio::test]
async fn a_server_that_echoes_what_it_was_sent_gives_the_plugin_no_secret() {
    let server = Server::start(|request| {
        let key = request
            .header("x-api-key")
            .or(request.header("authorization"))
            .unwrap_or_default()
            .to_owned();
        let (first, second) = key.split_at(key.len() / 2);
        let mut reply = Reply::raw(
            200,
            &[("x-echo", &format!("<{key}>"))],
            format!("echo: {first}"),
        );
        reply
            .pieces
            .push(format!("{second} and again {key}!").into_bytes());
        reply
    });
    let server = server.await;
    let dns = dns_with("echoed", all(&server.url())).await;
    for header in [
        "X-API-Key: {api-key}",
        "Authorization: {login}",
        "Authorization: {token}",
    ] {
        let values = behave(&dns, "sends", &request(&server.url(), &[header]))
            .await
            .unwrap();
        let text = values.join("\n");
        for secret in ["s3cr3t", "hunter22", "YWRtaW46aHVudGVyMjI", "t0ken"] {
            assert!(!text.contains(secret), "{header}: {text}");
        }
        assert!(
            text.contains("echo: ") && text.contains("***") && text.ends_with('!'),
            "{header}: {text}"
        );
    }
}

#[tokio::test]
async fn a_body_in_which_no_secret_could_be_seen_is_not_passed_on() {
    let server = Server::start(|request| {
        assert_eq!(request.header("accept-encoding"), Some("identity"));
        Reply::raw(200, &[("content-encoding", "gzip")], "whatever is inside")
    });
    let server = server.await;
    let dns = dns_with("compressed", all(&server.url())).await;
    let answer = behave(&dns, "sends", &request(&server.url(), &[])).await;
    let text = format!("{answer:?}");
    assert!(text.contains("ContentCoding"), "{text}");
    assert!(!text.contains("whatever is inside"), "{text}");
}

#[tokio::test]
async fn a_plugin_may_set_an_authorization_of_its_own() {
    let server = Server::start(|_| Reply::ok("")).await;
    let dns = dns_with("own-authorization", all(&server.url())).await;
    behave(
        &dns,
        "sends",
        &request(&server.url(), &["Authorization: Digest abc"]),
    )
    .await
    .unwrap();
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Digest abc")
    );
}

#[tokio::test]
async fn what_a_plugin_gets_of_its_credentials_are_placeholders_and_reasons() {
    let dns = dns_with("handles", all("http://127.0.0.1:9")).await;
    let values = behave(&dns, "asks-for-credentials", "n").await.unwrap();
    for value in &values[..3] {
        assert!(value.starts_with("Ok(\"maquette-credential-"), "{value}");
    }
    assert!(values[3].contains("Misplaced"), "{}", values[3]);
    assert!(values[4].contains("Unknown"), "{}", values[4]);
    // Without the optional ones.
    let dns = dns_with("few-handles", grants("http://127.0.0.1:9")).await;
    let values = behave(&dns, "asks-for-credentials", "n").await.unwrap();
    assert!(
        values[0].starts_with("Ok") && values[1..].iter().all(|value| value.contains("Unknown")),
        "{values:?}"
    );
}

#[tokio::test]
async fn a_plugin_signs_with_a_key_that_it_does_not_have() {
    use hmac::{Hmac, Mac};
    let dns = dns_with("signer", all("http://127.0.0.1:9")).await;
    let mac = |key: &[u8], message: &[u8]| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    };
    let expected = mac(&mac(b"phmac key bytes", b"one"), b"two");
    assert_eq!(
        behave(&dns, "signs", "n").await.unwrap(),
        [format!("Ok({expected:?})")]
    );
    let nothing = behave(&dns, "signs-nothing", "n").await.unwrap();
    assert!(nothing[0].contains("Misplaced"), "{nothing:?}");
}
