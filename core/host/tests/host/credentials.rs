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
async fn the_host_signs_the_request_that_it_sends_itself_and_with_nothing_else() {
    let server = Server::start(|_| Reply::ok("")).await;
    let url = server.url();
    let mut grants = all(&url);
    grants
        .credentials
        .insert("aws".into(), Secret::new("aws secret key"));
    grants.credentials.insert("app".into(), Secret::new(rsa()));
    let dns = dns_with("signer", grants).await;
    let send = |request: String| {
        let dns = dns.clone();
        async move { behave(&dns, "sends", &request).await }
    };
    send(format!(
        "POST\n{url}/a?b=c\ncontent-type: text/xml\nAuthorization: {{aws}}\n> <a/>"
    ))
    .await
    .unwrap();
    send(request(&url, &["Authorization: {app}"]))
        .await
        .unwrap();
    let seen = server.requests();
    let date = seen[0].header("x-amz-date").unwrap();
    let authorization = seen[0].header("authorization").unwrap();
    let scope = format!("{}/us-east-1/dns/aws4_request", &date[..8]);
    let start = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders=content-type;host;x-amz-date, Signature="
    );
    let signature = authorization
        .strip_prefix(&start)
        .unwrap_or_else(|| panic!("{authorization}"));
    assert_eq!(signature, expected_signature(&url, date, &scope));
    let token = seen[1].header("authorization").unwrap();
    let claims = token
        .strip_prefix("Bearer ")
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&decoded(claims)).unwrap();
    // The audience is the default of the schema.
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["scope"]),
        (
            &"me".into(),
            &"https://dns.example/".into(),
            &"dns:write".into()
        )
    );
    let valid = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(valid, 600);
    let ways = behave(&dns, "signs-elsewhere", "n").await.unwrap();
    assert!(ways.iter().all(|way| way.contains("Misplaced")), "{ways:?}");
    // A signature in another place keeps the request from leaving.
    let misplaced = send(request(&url, &["X-Other: {aws}"])).await;
    assert!(
        matches!(misplaced, Err(CallError::Denied(_))),
        "{misplaced:?}"
    );
    let misplaced = send(format!("GET\n{url}/?token={{app}}")).await;
    assert!(
        matches!(misplaced, Err(CallError::Denied(_))),
        "{misplaced:?}"
    );
    assert_eq!(server.requests().len(), 2);
}

fn rsa() -> Vec<u8> {
    let made = std::process::Command::new("openssl")
        .args(["genrsa", "-traditional", "2048"])
        .output()
        .expect("install openssl");
    assert!(
        made.stdout.starts_with(b"-----BEGIN RSA PRIVATE KEY-----"),
        "{made:?}"
    );
    made.stdout
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Signature Version 4 step by step, as AWS describes it.
fn expected_signature(url: &str, date: &str, scope: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash = |text: &str| hex::encode(Sha256::digest(text));
    let host = url.trim_start_matches("http://");
    let canonical = format!(
        "POST\n/a\nb=c\ncontent-type:text/xml\nhost:{host}\nx-amz-date:{date}\n\ncontent-type;host;x-amz-date\n{}",
        hash("<a/>")
    );
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(&canonical));
    let mut key = b"AWS4aws secret key".to_vec();
    for part in scope.split('/').chain([text.as_str()]) {
        key = mac(&key, part.as_bytes());
    }
    hex::encode(key)
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn a_webhook_is_verified_with_a_key_that_the_plugin_does_not_have_and_not_often() {
    let dns = dns_with("verifier", all("http://127.0.0.1:9")).await;
    let right = hex::encode(mac(b"hmac key bytes", b"a message"));
    let wrong = right.replace(&right[..2], "00");
    let answers = behave(&dns, "verifies", &right).await.unwrap();
    assert!(
        answers[..16].iter().all(|answer| answer == "Ok(true)"),
        "{answers:?}"
    );
    assert!(answers[16].contains("Other(\"too many"), "{answers:?}");
    let answers = behave(&dns, "verifies", &wrong).await.unwrap();
    assert_eq!(answers[0], "Ok(false)");
}

#[tokio::test]
async fn a_credential_goes_to_its_hosts_alone() {
    let server = Server::start(|_| Reply::ok("")).await;
    let other = Server::start(|_| Reply::ok("")).await;
    let mut grants = all(&server.url());
    grants.egress.push(other.url().parse().unwrap());
    let dns = dns_with("bound", grants).await;
    let sent = behave(
        &dns,
        "sends",
        &request(&other.url(), &["X-API-Key: {api-key}"]),
    )
    .await;
    let Err(CallError::Denied(text)) = sent else {
        panic!("{sent:?}")
    };
    assert!(
        text.contains("which is no host of this credential"),
        "{text}"
    );
    assert!(text.contains(&server.url()), "{text}");
    assert!(other.requests().is_empty());
    behave(&dns, "sends", &request(&other.url(), &[]))
        .await
        .unwrap();
    assert_eq!(other.requests().len(), 1);
}

#[tokio::test]
async fn what_a_call_keeps_the_next_one_recalls_and_other_grants_do_not() {
    let dns = dns_with("keeper", all("http://127.0.0.1:9")).await;
    assert_eq!(behave(&dns, "keeps", "first value").await.unwrap(), [""]);
    assert_eq!(
        behave(&dns, "keeps", "second value").await.unwrap(),
        ["first value"]
    );
    let again = dns_with("keeper", all("http://127.0.0.1:9")).await;
    assert_eq!(behave(&again, "keeps", "x").await.unwrap(), [""]);
}
