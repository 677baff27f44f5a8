//! Whom a plugin may call, and what of the conversation passes.

use maquette_host::{CallError, Grants, PluginError};

use crate::support::{
    behave, call, dns_with, eventually, grants, host,
    server::{Reply, Server},
};

fn get(url: &str) -> String {
    format!("GET\n{url}/path?q=1")
}

fn denied(result: Result<Vec<String>, CallError>) -> String {
    match result {
        Err(CallError::Denied(text)) => text,
        other => panic!("not denied: {other:?}"),
    }
}

fn failed(result: Result<Vec<String>, CallError>) -> String {
    match result {
        Err(CallError::Plugin(PluginError::Other(text))) => text,
        other => panic!("not the plugin's error: {other:?}"),
    }
}

#[tokio::test]
async fn a_granted_server_is_called_with_the_request_that_the_plugin_made() {
    let server = Server::start(|_| Reply::new(201, &[("x-answer", "yes")], "body")).await;
    let dns = dns_with("granted", grants(&server.url())).await;
    let request = format!(
        "PATCH\n{}/zones/a?x=1\ncontent-type: application/json\n> {{\"a\":1}}",
        server.url()
    );
    let values = behave(&dns, "sends", &request).await.unwrap();
    assert_eq!(values.first().map(String::as_str), Some("201"));
    assert!(values.contains(&"x-answer: yes".to_owned()));
    assert_eq!(values.last().map(String::as_str), Some("body"));
    let seen = server.requests().remove(0);
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("PATCH", "/zones/a?x=1")
    );
    assert_eq!(
        seen.header("host"),
        Some(server.address.to_string().as_str())
    );
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert!(seen.body.contains("{\"a\":1}"), "{}", seen.body);
}

#[tokio::test]
async fn a_server_that_is_not_granted_hears_nothing_and_the_message_has_the_line_to_add() {
    let granted = Server::start(|_| Reply::ok("")).await;
    let other = Server::start(|_| Reply::ok("")).await;
    let dns = dns_with("ungranted", grants(&granted.url())).await;
    let text = denied(behave(&dns, "sends", &get(&other.url())).await);
    assert_eq!(
        text,
        format!(
            "the plugin called {0}, which is not granted; add `egress: [\"{0}\"]` to the Provider if it should",
            other.url()
        )
    );
    assert_eq!(other.requests().len() + other.open(), 0);
    let (host, _) = host().await;
    let usage = host
        .usage()
        .into_iter()
        .find(|usage| usage.provider == "ungranted")
        .unwrap();
    assert_eq!(usage.denials, 1);
}

#[tokio::test]
async fn another_scheme_port_or_disguise_of_a_granted_server_is_not_granted() {
    let server = Server::start(|_| Reply::ok("")).await;
    let port = server.address.port();
    let dns = dns_with("disguises", grants(&server.url())).await;
    for url in [
        format!("https://127.0.0.1:{port}"),
        "http://127.0.0.1:1".to_owned(),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{port}@evil.example"),
        format!("http://user@127.0.0.1:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
    ] {
        let result = behave(&dns, "sends", &get(&url)).await;
        assert!(
            matches!(result, Err(CallError::Denied(_))),
            "{url}: {result:?}"
        );
    }
    assert!(server.requests().is_empty());
    // The same server, written in another way.
    behave(&dns, "sends", &get(&format!("http://0x7f.1:{port}")))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_granted_name_that_resolves_to_a_private_address_needs_its_range_granted_too() {
    let server = Server::start(|_| Reply::ok("inside")).await;
    let url = format!("http://localhost:{}", server.address.port());
    let dns = dns_with("rebinding", grants(&url)).await;
    let text = denied(behave(&dns, "sends", &get(&url)).await);
    assert!(
        text.contains("not a public address") && text.contains("egressCIDRs"),
        "{text}"
    );
    assert_eq!(server.requests().len() + server.open(), 0);

    let cidrs = vec!["127.0.0.0/8".parse().unwrap()];
    let dns = dns_with(
        "range-granted",
        Grants {
            egress_cidrs: cidrs,
            ..grants(&url)
        },
    )
    .await;
    assert_eq!(
        behave(&dns, "sends", &get(&url))
            .await
            .unwrap()
            .last()
            .map(String::as_str),
        Some("inside")
    );
}

#[tokio::test]
async fn https_is_verified_against_the_configured_authority_and_the_granted_name() {
    let server = Server::start_tls(|_| Reply::ok("encrypted")).await;
    let port = server.address.port();
    let with = |url: &str| Grants {
        egress_cidrs: vec!["127.0.0.1/32".parse().unwrap()],
        ..grants(url)
    };
    let url = format!("https://localhost:{port}");
    let dns = dns_with("https", with(&url)).await;
    assert_eq!(
        behave(&dns, "sends", &get(&url))
            .await
            .unwrap()
            .last()
            .map(String::as_str),
        Some("encrypted")
    );
    // The certificate is for another name.
    let url = format!("https://127.0.0.1:{port}");
    let dns = dns_with("https-wrong-name", with(&url)).await;
    failed(behave(&dns, "sends", &get(&url)).await);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_given_to_the_plugin_and_not_followed() {
    let target = Server::start(|_| Reply::ok("")).await;
    let location = target.url();
    let server = Server::start(move |_| Reply::new(302, &[("location", &location)], "")).await;
    let dns = dns_with("redirected", grants(&server.url())).await;
    assert_eq!(
        behave(&dns, "sends", &get(&server.url())).await.unwrap()[0],
        "302"
    );
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn a_plugin_cannot_frame_or_route_its_request_itself() {
    let server = Server::start(|_| Reply::ok("")).await;
    let dns = dns_with("smuggler", grants(&server.url())).await;
    for header in [
        "host: evil.example",
        "transfer-encoding: chunked",
        "connection: upgrade",
        "proxy-authorization: x",
    ] {
        let result = behave(&dns, "sends", &format!("GET\n{}\n{header}", server.url())).await;
        assert!(failed(result).starts_with("header "), "{header}");
    }
    for method in ["CONNECT", "TRACE"] {
        denied(behave(&dns, "sends", &format!("{method}\n{}", server.url())).await);
    }
    for url in ["http://127.0.0.1:1\r\nx: y", "http://127.0.0.1:1/a b"] {
        assert!(behave(&dns, "sends", &format!("GET\n{url}")).await.is_err());
    }
    assert!(server.requests().is_empty());
    let hop = format!(
        "GET\n{}\nte: trailers\nexpect: 100-continue\naccept-encoding: gzip",
        server.url()
    );
    behave(&dns, "sends", &hop).await.unwrap();
    let seen = server.requests().remove(0);
    assert_eq!((seen.header("te"), seen.header("expect")), (None, None));
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn an_endless_body_is_cut_and_an_endless_head_refused() {
    let body = Server::start(|_| Reply {
        endless: true,
        ..Reply::raw(200, &[], "x".repeat(65536))
    })
    .await;
    let dns = dns_with("endless-body", grants(&body.url())).await;
    let text = failed(behave(&dns, "sends", &get(&body.url())).await);
    assert!(text.contains("body size exceeds limit"), "{text}");
    eventually("closing the connection", || body.open() == 0).await;

    let head = Server::start(|_| Reply {
        pieces: vec![
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            format!("x-{}: y\r\n", "a".repeat(500)).into_bytes(),
        ],
        endless: true,
        ..Reply::default()
    });
    let head = head.await;
    let dns = dns_with("endless-head", grants(&head.url())).await;
    failed(behave(&dns, "sends", &get(&head.url())).await);
    eventually("closing the connection", || head.open() == 0).await;
}

#[tokio::test]
async fn a_server_that_never_answers_ends_the_call_and_its_connection() {
    let server = Server::start(|_| Reply {
        hangs: true,
        ..Reply::default()
    })
    .await;
    let mut grants = grants(&server.url());
    grants.limits.timeout = std::time::Duration::from_millis(300);
    let dns = dns_with("hanging", grants).await;
    let error = behave(&dns, "sends", &get(&server.url()))
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
    eventually("closing the connection", || server.open() == 0).await;
}

#[tokio::test]
async fn a_server_that_is_down_is_the_plugins_error_to_report() {
    let url = {
        let server = Server::start(|_| Reply::ok("")).await;
        server.url()
    };
    let dns = dns_with("down", grants(&url)).await;
    failed(behave(&dns, "sends", &get(&url)).await);
}

#[tokio::test]
async fn a_flood_of_requests_is_stopped() {
    let server = Server::start(|_| Reply::ok("")).await;
    let mut grants = grants(&server.url());
    grants.limits.cpu_time = std::time::Duration::from_secs(60);
    let dns = dns_with("flood", grants).await;
    let mut call = call();
    call.deadline += std::time::Duration::from_secs(60);
    // The plugin goes on in spite of every refusal, until its processor time or its time is over.
    let error = dns
        .observe(&call, "sends-often", &[get(&server.url())])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, CallError::Denied(text) if text.contains("more than 1000 requests")),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1000);
}

#[tokio::test]
async fn traffic_is_counted() {
    let server = Server::start(|_| Reply::ok("x".repeat(5000))).await;
    let dns = dns_with("counted", grants(&server.url())).await;
    behave(
        &dns,
        "sends",
        &format!("POST\n{}\n> {}", server.url(), "y".repeat(3000)),
    )
    .await
    .unwrap();
    let (host, _) = host().await;
    let usage = host
        .usage()
        .into_iter()
        .find(|usage| usage.provider == "counted")
        .unwrap();
    assert!((5000..6000).contains(&usage.bytes_in), "{usage:?}");
    assert!((3000..4000).contains(&usage.bytes_out), "{usage:?}");
}
