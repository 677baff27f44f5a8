//! Whole exchanges with a server on loopback.

use super::*;

/// A server on a port that the kernel chose, which does this with every connection.
async fn serve<F>(work: impl Fn(TcpStream) -> F + Send + 'static) -> (SocketAddr, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            work(stream).await;
        }
    });
    (address, serving)
}

async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let length = stream.read_u16().await.unwrap();
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await.unwrap();
    message
}

async fn write(stream: &mut TcpStream, message: &[u8]) {
    let length = u16::try_from(message.len()).unwrap();
    // The plugin's side may have hung up.
    let _ = stream
        .write_all(&[&length.to_be_bytes(), message].concat())
        .await;
}

fn policy(egress: &[&str]) -> Policy {
    let origins: Vec<crate::names::Origin> = egress
        .iter()
        .map(|origin| origin.parse().unwrap())
        .collect();
    let held = |name: &str, placement, secret: &str| Held {
        name: name.to_owned(),
        placement,
        secret: Secret::new(secret),
        origins: origins.clone(),
        audience: None,
    };
    let rules = Rules {
        plugin: "plugin".into(),
        provider: "provider".into(),
        egress: origins.clone(),
        cidrs: Vec::new(),
        credentials: vec![
            held("key", Placement::TsigKey, KEY),
            held("token", Placement::Bearer, KEY),
        ],
        secret_places: Vec::new(),
        memory: Arc::default(),
        needles: Arc::new(Needles::of(std::iter::empty())),
        tls: crate::tls::client_config(&[]).unwrap(),
        budget: Arc::default(),
        tape: None,
    };
    Policy {
        rules: Arc::new(rules),
        meter: Arc::new(Meter::default()),
    }
}

struct Asking {
    policy: Policy,
    denials: Denials,
    time: Duration,
}

impl Asking {
    fn with(egress: &[&str]) -> Self {
        Self {
            policy: policy(egress),
            denials: Denials::default(),
            time: Duration::from_secs(20),
        }
    }

    fn route(&self) -> Route<'_> {
        Route {
            policy: &self.policy,
            denials: &self.denials,
            ends: Instant::now() + self.time,
        }
    }
}

#[tokio::test]
async fn a_question_goes_to_the_granted_server_and_its_answer_comes_back() {
    let (address, _serving) = serve(|mut stream| async move {
        let asked = read(&mut stream).await;
        let answer = signed(&asked, answer(&asked), KEY, Time48::now());
        write(&mut stream, &answer).await;
    })
    .await;
    let server = format!("tcp://{address}");
    let asking = Asking::with(&[&server]);
    let given = asking
        .route()
        .exchange(&server, Some("key"), query(7))
        .await;
    assert_eq!(given, Ok(answer(&query(7)).finish()));
    let usage = asking.policy.meter.usage("p", "q", &crate::Digest::of(b""));
    assert!(usage.bytes_out > 0 && usage.bytes_in > 0);
}

#[tokio::test]
async fn a_server_that_is_not_granted_is_not_asked_and_the_line_to_add_is_said() {
    let asking = Asking::with(&["http://127.0.0.1:8081", "tcp://ns1.example.com:53"]);
    let outcome = asking
        .route()
        .exchange("tcp://127.0.0.1:8081", None, query(7))
        .await;
    let Err(DnsError::NotGranted(text)) = &outcome else {
        panic!("{outcome:?}")
    };
    assert!(
        text.contains("`egress: [\"tcp://127.0.0.1:8081\"]`"),
        "{text}"
    );
    assert_eq!(asking.denials.first().as_ref(), Some(text));
    for server in [
        "http://127.0.0.1:8081",
        "ns1.example.com:53",
        "tcp://ns1.example.com",
    ] {
        let outcome = asking.route().transfer(server, None, "preview.test").await;
        assert!(
            matches!(outcome, Err(DnsError::NotGranted(_))),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_followed_without_its_range() {
    let (address, _serving) = serve(|_| async {}).await;
    let server = format!("tcp://localhost:{}", address.port());
    let asking = Asking::with(&[&server]);
    let outcome = asking.route().exchange(&server, None, query(7)).await;
    assert!(
        matches!(outcome, Err(DnsError::Unreachable(_))),
        "{outcome:?}"
    );
    assert!(
        asking
            .denials
            .first()
            .unwrap()
            .contains("not a public address")
    );
}

#[tokio::test]
async fn only_a_tsig_key_signs_and_no_error_shows_it() {
    let asking = Asking::with(&["tcp://127.0.0.1:53"]);
    for name in ["token", "nothing"] {
        let outcome = asking
            .route()
            .exchange("tcp://127.0.0.1:53", Some(name), query(7))
            .await;
        let Err(DnsError::Credential(text)) = &outcome else {
            panic!("{outcome:?}")
        };
        assert!(text.contains(name) && !text.contains("Y2FuYXJ5"), "{text}");
    }
}

#[tokio::test]
async fn a_silent_server_ends_the_exchange_before_the_call_ends() {
    let (address, _serving) = serve(|mut stream| async move {
        let _ = stream.read(&mut [0; 512]).await;
        std::future::pending::<()>().await;
    })
    .await;
    let server = format!("tcp://{address}");
    let mut asking = Asking::with(&[&server]);
    asking.time = Duration::from_secs(1);
    let started = Instant::now();
    let outcome = asking
        .route()
        .exchange(&server, Some("key"), query(7))
        .await;
    assert!(
        matches!(outcome, Err(DnsError::Unreachable(_))),
        "{outcome:?}"
    );
    assert!(started.elapsed() < asking.time, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_said_to() {
    let (address, _serving) = serve(|mut stream| async move {
        read(&mut stream).await;
        stream.write_all(&[0, 99, 1, 2, 3]).await.unwrap();
    })
    .await;
    let server = format!("tcp://{address}");
    let asking = Asking::with(&[&server]);
    let outcome = asking
        .route()
        .exchange(&server, Some("key"), query(7))
        .await;
    assert!(
        matches!(&outcome, Err(DnsError::Unreachable(text)) if text.contains("closed")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_transfer_without_end_is_cut_off() {
    let (address, _serving) = serve(|mut stream| async move {
        let asked = read(&mut stream).await;
        let many = "a".repeat(1500);
        let mut first = true;
        loop {
            let records = if first { "S" } else { many.as_str() };
            first = false;
            let message = part(&asked, records).finish();
            let length = u16::try_from(message.len()).unwrap();
            let framed = [&length.to_be_bytes()[..], &message].concat();
            if stream.write_all(&framed).await.is_err() {
                return;
            }
        }
    })
    .await;
    let server = format!("tcp://{address}");
    let asking = Asking::with(&[&server]);
    let outcome = asking.route().transfer(&server, None, "preview.test").await;
    assert!(
        matches!(&outcome, Err(DnsError::Answer(text)) if text.contains("8 MiB")),
        "{outcome:?}"
    );
}
