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

mod messages;
mod servers;

use super::{Asked, DnsError, Route, Transfer, TsigKey};
use crate::{
    egress::{Held, Needles, Policy, Rules, denials::Denials},
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
