//! DNS messages for [`Native`](crate::native::Native): TCP from here, signed with a key from its map.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::base::header::HeaderSection;
use domain::base::message_builder::AdditionalBuilder;
use domain::base::question::ComposeQuestion;
use domain::base::record::ComposeRecord;
use domain::base::wire::Composer;
use domain::base::{Message, MessageBuilder, Name, Rtype};
use domain::rdata::tsig::Time48;
use domain::tsig::{Algorithm, ClientSequence, ClientTransaction, Key, KeyName};

use crate::dns::TransportError;

pub(crate) fn exchange(
    server: &str,
    key: Option<&str>,
    message: &[u8],
    time: Duration,
) -> Result<Vec<u8>, TransportError> {
    let asked = Message::from_octets(message.to_vec()).map_err(malformed)?;
    let mut stream = Stream::open(server, time)?;
    let Some(key) = key else {
        stream.send(message)?;
        return stream.receive();
    };
    let mut builder = builder_of(&asked).ok_or_else(|| malformed("it cannot be read"))?;
    let signature = ClientTransaction::request(parse_key(key)?, &mut builder, Time48::now())
        .map_err(malformed)?;
    stream.send(&builder.finish())?;
    let mut answer = Message::from_octets(stream.receive()?).map_err(answer_error)?;
    if answer.header().id() != asked.header().id() {
        return Err(answer_error("it belongs to another question"));
    }
    signature
        .answer(&mut answer, Time48::now())
        .map_err(|error| TransportError::Unauthorized(error.to_string()))?;
    Ok(answer.into_octets())
}

pub(crate) fn transfer(
    server: &str,
    key: Option<&str>,
    zone: &str,
    time: Duration,
) -> Result<Vec<Vec<u8>>, TransportError> {
    let name = Name::<Vec<u8>>::from_str(zone).map_err(malformed)?;
    let mut builder = MessageBuilder::new_vec().question();
    builder.push((name, Rtype::AXFR)).map_err(malformed)?;
    let mut builder = builder.additional();
    let mut sequence = key
        .map(|key| {
            ClientSequence::request(parse_key(key)?, &mut builder, Time48::now()).map_err(malformed)
        })
        .transpose()?;
    let mut stream = Stream::open(server, time)?;
    stream.send(&builder.finish())?;
    let (mut messages, mut ends) = (Vec::new(), 0);
    while ends < 2 {
        let mut message = Message::from_octets(stream.receive()?).map_err(answer_error)?;
        if let Some(sequence) = &mut sequence {
            sequence
                .answer(&mut message, Time48::now())
                .map_err(|error| TransportError::Unauthorized(error.to_string()))?;
        }
        let failed = message.is_error();
        let records = message.answer().map_err(answer_error)?;
        ends += records
            .flatten()
            .filter(|record| record.rtype() == Rtype::SOA)
            .count();
        messages.push(message.into_octets());
        if failed {
            break;
        }
    }
    Ok(messages)
}

fn parse_key(text: &str) -> Result<std::sync::Arc<Key>, TransportError> {
    let unusable = || TransportError::Credential("it is not NAME:BASE64".to_owned());
    let parts: Vec<&str> = text.split(':').collect();
    let (algorithm, name, secret) = match parts.as_slice() {
        [name, secret] => ("hmac-sha256", *name, *secret),
        [algorithm, name, secret] => (*algorithm, *name, *secret),
        _ => return Err(unusable()),
    };
    let algorithm = Algorithm::from_str(algorithm).map_err(|_| unusable())?;
    let name = KeyName::from_str(name).map_err(|_| unusable())?;
    let secret = STANDARD.decode(secret).map_err(|_| unusable())?;
    let key = Key::new(algorithm, &secret, name, None, None).map_err(|_| unusable())?;
    Ok(std::sync::Arc::new(key))
}

struct Stream {
    tcp: TcpStream,
    ends: Instant,
}

impl Stream {
    fn open(server: &str, time: Duration) -> Result<Self, TransportError> {
        let ends = Instant::now() + time;
        let place = server.strip_prefix("tcp://").unwrap_or(server);
        let address = place
            .to_socket_addrs()
            .map_err(unreachable)?
            .next()
            .ok_or_else(|| unreachable("it has no address"))?;
        let tcp = TcpStream::connect_timeout(&address, time).map_err(unreachable)?;
        Ok(Self { tcp, ends })
    }

    fn send(&mut self, message: &[u8]) -> Result<(), TransportError> {
        let length = u16::try_from(message.len()).map_err(malformed)?;
        let framed = [&length.to_be_bytes(), message].concat();
        self.tcp.write_all(&framed).map_err(unreachable)
    }

    fn receive(&mut self) -> Result<Vec<u8>, TransportError> {
        let mut length = [0; 2];
        self.fill(&mut length)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        self.fill(&mut message)?;
        Ok(message)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), TransportError> {
        let left = self.ends.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1));
        self.tcp
            .set_read_timeout(Some(left))
            .and_then(|()| self.tcp.read_exact(buffer))
            .map_err(unreachable)
    }
}

/// A builder that holds this message and can take one more record.
fn builder_of(message: &Message<Vec<u8>>) -> Option<AdditionalBuilder<Vec<u8>>> {
    let mut body = Body(message.as_slice().get(size_of::<HeaderSection>()..)?);
    let counts = message.header_counts();
    let mut builder = MessageBuilder::new_vec();
    *builder.header_mut() = message.header();
    let mut builder = builder.question();
    for _ in 0..counts.qdcount() {
        builder.push(body.take()).ok()?;
    }
    let mut builder = builder.answer();
    for _ in 0..counts.ancount() {
        builder.push(body.take()).ok()?;
    }
    let mut builder = builder.authority();
    for _ in 0..counts.nscount() {
        builder.push(body.take()).ok()?;
    }
    Some(builder.additional())
}

/// All that follows a header, written in place of the first item and nothing for the others.
struct Body<'a>(&'a [u8]);

impl Body<'_> {
    fn take(&mut self) -> Self {
        Self(std::mem::take(&mut self.0))
    }
}

impl ComposeQuestion for Body<'_> {
    fn compose_question<Target: Composer + ?Sized>(
        &self,
        target: &mut Target,
    ) -> Result<(), Target::AppendError> {
        target.append_slice(self.0)
    }
}

impl ComposeRecord for Body<'_> {
    fn compose_record<Target: Composer + ?Sized>(
        &self,
        target: &mut Target,
    ) -> Result<(), Target::AppendError> {
        target.append_slice(self.0)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn malformed(error: impl ToString) -> TransportError {
    TransportError::Malformed(format!("the message cannot be sent: {}", error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn unreachable(error: impl ToString) -> TransportError {
    TransportError::Unreachable(format!("the server does not answer: {}", error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn answer_error(error: impl ToString) -> TransportError {
    TransportError::Answer(format!("the answer cannot be used: {}", error.to_string()))
}
