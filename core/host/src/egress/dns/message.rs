//! One message and its answer.

use domain::{
    base::{
        Message, MessageBuilder, Rtype, header::HeaderSection, message_builder::AdditionalBuilder,
        question::ComposeQuestion, record::ComposeRecord, wire::Composer,
    },
    rdata::tsig::Time48,
    tsig::{ClientTransaction, ValidationError},
};

use super::{DnsError, TsigKey};

/// The length of a message's header (RFC 1035, section 4.1.1).
const HEADER: usize = size_of::<HeaderSection>();
/// What a message may have at most over TCP, with its signature.
const MESSAGE_BYTES: usize = u16::MAX as usize;

/// A message that was asked, and what its answer has to be.
pub(super) struct Asked {
    octets: Vec<u8>,
    /// The message as the plugin made it.
    plain: Message<Vec<u8>>,
    signature: Option<ClientTransaction<TsigKey>>,
}

impl Asked {
    /// Checks the message and signs it.
    pub(super) fn new(
        message: Vec<u8>,
        key: Option<&TsigKey>,
        now: Time48,
    ) -> Result<Self, DnsError> {
        let malformed =
            |problem: &str| DnsError::Malformed(format!("the plugin's DNS message {problem}"));
        let plain = Message::from_octets(message).map_err(|_| malformed("has no header"))?;
        if plain.header().qr() {
            return Err(malformed("is an answer and no question"));
        }
        let end = end_of(&plain).ok_or_else(|| malformed("cannot be read"))?;
        if end != plain.as_slice().len() {
            return Err(malformed("has octets after its last record"));
        }
        if is_signed(&plain) {
            return Err(malformed("has a signature; the host signs"));
        }
        let Some(key) = key else {
            let octets = plain.as_slice().to_vec();
            return Ok(Self {
                octets,
                plain,
                signature: None,
            });
        };
        let mut builder = builder_of(&plain).ok_or_else(|| malformed("cannot be read"))?;
        let signature = ClientTransaction::request(key.clone(), &mut builder, now)
            .map_err(|_| malformed("is too large to be signed"))?;
        let octets = builder.finish();
        if octets.len() > MESSAGE_BYTES {
            return Err(malformed("is too large to be signed"));
        }
        Ok(Self {
            octets,
            plain,
            signature: Some(signature),
        })
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The answer without its signature.
    pub(super) fn accept(&self, answer: Vec<u8>, now: Time48) -> Result<Vec<u8>, DnsError> {
        let mut answer = answers(answer, &self.plain)?;
        if let Some(signature) = &self.signature {
            signature.answer(&mut answer, now).map_err(unauthorized)?;
        }
        finished(answer)
    }
}

/// The message, if it answers this question.
pub(super) fn answers(
    octets: Vec<u8>,
    asked: &Message<Vec<u8>>,
) -> Result<Message<Vec<u8>>, DnsError> {
    let not = |problem: &str| DnsError::Answer(format!("the server's answer {problem}"));
    let answer = Message::from_octets(octets).map_err(|_| not("is no DNS message"))?;
    let (ours, theirs) = (asked.header(), answer.header());
    if !theirs.qr() || theirs.id() != ours.id() || theirs.opcode() != ours.opcode() {
        return Err(not("belongs to another question"));
    }
    if theirs.tc() {
        return Err(not("is cut off"));
    }
    // A server may leave the question out of an error, of an answer to UPDATE (RFC 2136, section 3.8), and of all but the
    // first message of a transfer (RFC 5936, section 2.2.1).
    let repeated = answer.header_counts().qdcount() == 0 || answer.question() == asked.question();
    if !repeated {
        return Err(not("belongs to another question"));
    }
    Ok(answer)
}

/// The octets of a message without what stands behind its last record: the signature that was taken off.
pub(super) fn finished(message: Message<Vec<u8>>) -> Result<Vec<u8>, DnsError> {
    let end = end_of(&message)
        .ok_or_else(|| DnsError::Answer("the server's answer cannot be read".to_owned()))?;
    let mut octets = message.into_octets();
    octets.truncate(end);
    Ok(octets)
}

/// Where the last record ends; nothing when a record cannot be read.
fn end_of(message: &Message<Vec<u8>>) -> Option<usize> {
    let mut additional = message.additional().ok()?;
    for record in additional.by_ref() {
        record.ok()?;
    }
    Some(additional.pos())
}

fn is_signed(message: &Message<Vec<u8>>) -> bool {
    message.additional().is_ok_and(|section| {
        section
            .flatten()
            .any(|record| matches!(record.rtype(), Rtype::TSIG | Rtype::SIG))
    })
}

/// A builder that holds this message and can take one more record.
fn builder_of(message: &Message<Vec<u8>>) -> Option<AdditionalBuilder<Vec<u8>>> {
    let mut body = Body(message.as_slice().get(HEADER..)?);
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
    let mut builder = builder.additional();
    for _ in 0..counts.arcount() {
        builder.push(body.take()).ok()?;
    }
    Some(builder)
}

/// All that follows a header. It is written as a whole in place of the first item, and nothing for the others: so the
/// octets stay as they are and the builder counts what it holds.
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

/// Why a signature is not believed.
pub(super) fn unauthorized(error: ValidationError) -> DnsError {
    let text = match error {
        ValidationError::ServerBadKey => {
            "the server does not know the key (BADKEY): check its name and algorithm on both sides"
                .to_owned()
        }
        ValidationError::ServerBadSig => {
            "the server does not accept the signature (BADSIG): the secret of the key differs"
                .to_owned()
        }
        ValidationError::ServerBadTime { client, server } => format!(
            "the clocks differ too much (BADTIME): here {client}, at the server {server} seconds since 1970"
        ),
        ValidationError::BadTime => {
            "the answer's signature is too old or from the future: the clocks differ".to_owned()
        }
        ValidationError::ServerUnsigned => "the server's answer is not signed".to_owned(),
        ValidationError::TooManyUnsigned => {
            "the transfer has too many messages without signature".to_owned()
        }
        ValidationError::FormErr => {
            return DnsError::Answer("the answer's signature cannot be read".to_owned());
        }
        other => format!("the answer is not signed by the key: {other}"),
    };
    DnsError::Unauthorized(text)
}
