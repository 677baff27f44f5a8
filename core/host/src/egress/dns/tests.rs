//! A server of the tests' own that signs rightly and wrongly: what is believed, and what is not.

use std::{
    future::Future,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    base::{Message, MessageBuilder, Name, Rtype, iana::Rcode, message_builder::AdditionalBuilder},
    rdata::{A, Soa, tsig::Time48},
    tsig::{Key, ServerSequence, ServerTransaction},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Asked, DnsError, Route, Transfer, TsigKey};
use crate::{
    egress::{Held, Needles, Policy, Rules, session::Denials},
    manifest::Placement,
    metrics::Meter,
    names::Secret,
};

const KEY: &str = "hmac-sha256:maquette-key:Y2FuYXJ5LWNhbmFyeQ==";
const OTHER: &str = "hmac-sha256:maquette-key:b3RoZXItb3RoZXI=";

type Built = AdditionalBuilder<Vec<u8>>;

fn key(text: &str) -> TsigKey {
    TsigKey::parse(text.as_bytes()).unwrap()
}

fn stored(text: &str) -> Arc<Key> {
    Arc::new(key(text).as_ref().clone())
}

fn query(id: u16) -> Vec<u8> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(id);
    let mut builder = builder.question();
    builder.push((name("a.preview.test"), Rtype::A)).unwrap();
    builder.finish()
}

fn name(text: &str) -> Name<Vec<u8>> {
    text.parse().unwrap()
}

/// An answer with an address.
fn answer(asked: &[u8]) -> Built {
    let asked = Message::from_octets(asked.to_vec()).unwrap();
    let mut builder = MessageBuilder::new_vec()
        .start_answer(&asked, Rcode::NOERROR)
        .unwrap();
    let data = A::from_octets(192, 0, 2, 1);
    builder.push((name("a.preview.test"), 60, data)).unwrap();
    builder.additional()
}

/// A message of a transfer: `S` is the zone's SOA record, `a` an address.
fn part(asked: &[u8], records: &str) -> Built {
    let asked = Message::from_octets(asked.to_vec()).unwrap();
    let mut builder = MessageBuilder::new_vec()
        .start_answer(&asked, Rcode::NOERROR)
        .unwrap();
    for record in records.chars() {
        let zone = name("preview.test");
        let pushed = if record == 'S' {
            let ttl = domain::base::Ttl::from_secs(60);
            let soa = Soa::new(zone.clone(), zone.clone(), 1.into(), ttl, ttl, ttl, ttl);
            builder.push((zone, 60, soa))
        } else {
            builder.push((zone, 60, A::from_octets(192, 0, 2, 1)))
        };
        pushed.unwrap();
    }
    builder.additional()
}

/// The answer as a server signs it that was asked this.
fn signed(asked: &[u8], mut answer: Built, key: &str, now: Time48) -> Vec<u8> {
    let mut asked = Message::from_octets(asked.to_vec()).unwrap();
    let transaction = ServerTransaction::request(&stored(key), &mut asked, now)
        .unwrap()
        .unwrap();
    transaction.answer(&mut answer, now).unwrap();
    answer.finish()
}

fn ask(id: u16) -> Asked {
    Asked::new(query(id), Some(&key(KEY)), Time48::now()).unwrap()
}

fn accepted(answer: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Vec<u8>, DnsError> {
    let asked = ask(7);
    asked.accept(answer(asked.octets()), Time48::now())
}

#[test]
fn a_signed_answer_is_given_without_its_signature() {
    let plain = answer(&query(7)).finish();
    let given = accepted(|asked| signed(asked, answer(asked), KEY, Time48::now()));
    assert_eq!(given, Ok(plain));
}

#[test]
fn an_answer_that_the_key_did_not_sign_is_never_believed() {
    let now = Time48::now();
    let unsigned = accepted(|asked| answer(asked).finish());
    let foreign = accepted(|_| {
        let with_other = Asked::new(query(7), Some(&key(OTHER)), now).unwrap();
        signed(with_other.octets(), answer(&query(7)), OTHER, now)
    });
    let changed = accepted(|asked| {
        let mut octets = signed(asked, answer(asked), KEY, now);
        let address = octets.windows(4).position(|four| four == [192, 0, 2, 1]);
        octets[address.unwrap()] = 198;
        octets
    });
    // Rightly signed, but in answer to another request.
    let replayed = accepted(|_| {
        let earlier = Asked::new(query(7), Some(&key(KEY)), Time48::from_u64(1_000_000)).unwrap();
        signed(
            earlier.octets(),
            answer(&query(7)),
            KEY,
            Time48::from_u64(1_000_000),
        )
    });
    for outcome in [unsigned, foreign, changed, replayed] {
        assert!(
            matches!(outcome, Err(DnsError::Unauthorized(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn an_answer_that_was_signed_at_another_time_is_refused() {
    let now = Time48::now();
    let asked = Asked::new(query(7), Some(&key(KEY)), now).unwrap();
    let octets = signed(asked.octets(), answer(&query(7)), KEY, now);
    let mut seconds = [0; 8];
    seconds[2..].copy_from_slice(&now.into_octets());
    let hour = u64::from_be_bytes(seconds) + 3600;
    let late = asked.accept(octets, Time48::from_u64(hour));
    assert!(
        matches!(&late, Err(DnsError::Unauthorized(text)) if text.contains("clocks")),
        "{late:?}"
    );
}

#[test]
fn an_answer_to_another_question_is_refused() {
    let other_id = accepted(|_| answer(&query(8)).finish());
    let other_question = accepted(|_| {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(7);
        builder.header_mut().set_qr(true);
        let mut builder = builder.question();
        builder.push((name("b.preview.test"), Rtype::A)).unwrap();
        builder.finish()
    });
    let question = accepted(|_| query(7));
    let nonsense = accepted(|_| b"nonsense".to_vec());
    for outcome in [other_id, other_question, question, nonsense] {
        assert!(matches!(outcome, Err(DnsError::Answer(_))), "{outcome:?}");
    }
}

#[test]
fn a_plugin_sends_whole_questions_and_signs_nothing_itself() {
    let refused = |message: Vec<u8>| match Asked::new(message, Some(&key(KEY)), Time48::now()) {
        Err(DnsError::Malformed(text)) => text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was sent"),
    };
    assert!(refused(b"short".to_vec()).contains("no header"));
    assert!(refused(ask(7).octets().to_vec()).contains("the host signs"));
    assert!(refused(answer(&query(7)).finish()).contains("no question"));
    assert!(refused([query(7), vec![0]].concat()).contains("after its last record"));
    let cut = query(7).split_last().unwrap().1.to_vec();
    assert!(refused(cut).contains("cannot be read"));
}

/// Runs a transfer through: what the server sends for each part, until the transfer ends.
fn transferred(parts: &[(&str, bool)]) -> Result<usize, DnsError> {
    let now = Time48::now();
    let mut transfer = Transfer::new("preview.test", Some(&key(KEY)), now)?;
    let mut asked = Message::from_octets(transfer.octets().to_vec()).unwrap();
    let mut sequence = ServerSequence::request(&stored(KEY), &mut asked, now)
        .unwrap()
        .unwrap();
    let mut count = 0;
    for (records, sign) in parts {
        if transfer.ended() {
            break;
        }
        let mut message = part(asked.as_slice(), records);
        if *sign {
            sequence.answer(&mut message, now).unwrap();
        }
        transfer.accept(message.finish(), now)?;
        count += 1;
    }
    assert!(transfer.ended(), "the transfer did not end");
    transfer.done()?;
    Ok(count)
}

#[test]
fn a_transfer_is_verified_message_by_message_to_its_second_soa_record() {
    assert_eq!(transferred(&[("SaaS", true)]), Ok(1));
    assert_eq!(
        transferred(&[("S", true), ("aa", true), ("aS", true), ("a", true)]),
        Ok(3)
    );
}

#[test]
fn nothing_can_be_slipped_into_a_transfer() {
    // A forged message among signed ones breaks the signature of the next.
    let inserted = transferred(&[("S", true), ("a", false), ("S", true)]);
    let unsigned_end = transferred(&[("S", true), ("S", false)]);
    let unsigned_start = transferred(&[("SS", false)]);
    for outcome in [inserted, unsigned_end, unsigned_start] {
        assert!(
            matches!(outcome, Err(DnsError::Unauthorized(_))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_transfer_that_does_not_begin_and_end_with_the_zone_is_refused() {
    for records in ["a", "aSS", "SSa", ""] {
        let outcome = transferred(&[(records, true)]);
        assert!(
            matches!(outcome, Err(DnsError::Answer(_))),
            "{records}: {outcome:?}"
        );
    }
}

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
    let held = |name: &str, placement, secret: &str| Held {
        name: name.to_owned(),
        placement,
        secret: Secret::new(secret),
    };
    let rules = Rules {
        plugin: "plugin".into(),
        provider: "provider".into(),
        egress: egress
            .iter()
            .map(|origin| origin.parse().unwrap())
            .collect(),
        cidrs: Vec::new(),
        credentials: vec![
            held("key", Placement::TsigKey, KEY),
            held("token", Placement::Bearer, KEY),
        ],
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
