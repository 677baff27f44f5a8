//! A transfer of a zone: one question, many messages.

use std::str::FromStr;

use domain::{
    base::{Message, MessageBuilder, Name, Rtype},
    rdata::tsig::Time48,
    tsig::ClientSequence,
};

use super::{
    DnsError, TsigKey,
    message::{answers, finished, unauthorized},
};

/// A zone transfer that was asked (AXFR, RFC 5936).
pub(super) struct Transfer {
    octets: Vec<u8>,
    plain: Message<Vec<u8>>,
    sequence: Option<ClientSequence<TsigKey>>,
    progress: Progress,
}

/// How far a transfer is. It begins and ends with the zone's SOA record (RFC 5936, section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Asked,
    Running,
    Ended,
}

impl Transfer {
    pub(super) fn new(zone: &str, key: Option<&TsigKey>, now: Time48) -> Result<Self, DnsError> {
        let malformed = |problem: &str| DnsError::Malformed(format!("`{zone}` {problem}"));
        let name =
            Name::<Vec<u8>>::from_str(zone).map_err(|_| malformed("is no name of a zone"))?;
        let mut random = [0; 2];
        getrandom::fill(&mut random)
            .map_err(|error| malformed(&format!("cannot be asked for: {error}")))?;
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(u16::from_ne_bytes(random));
        let mut builder = builder.question();
        builder
            .push((name, Rtype::AXFR))
            .map_err(|_| malformed("is no name of a zone"))?;
        let mut builder = builder.additional();
        let plain = Message::from_octets(builder.as_slice().to_vec())
            .map_err(|_| malformed("is no name of a zone"))?;
        let sequence = key
            .map(|key| ClientSequence::request(key.clone(), &mut builder, now))
            .transpose()
            .map_err(|_| malformed("is too long to be signed"))?;
        Ok(Self {
            octets: builder.finish(),
            plain,
            sequence,
            progress: Progress::Asked,
        })
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(super) fn ended(&self) -> bool {
        self.progress == Progress::Ended
    }

    /// The next message of the answer without its signature. What only later messages sign is given out by the caller
    /// after [`Transfer::done`].
    pub(super) fn accept(&mut self, message: Vec<u8>, now: Time48) -> Result<Vec<u8>, DnsError> {
        let mut message = answers(message, &self.plain)?;
        if let Some(sequence) = &mut self.sequence {
            sequence.answer(&mut message, now).map_err(unauthorized)?;
        }
        self.progress = self.after(&message)?;
        finished(message)
    }

    /// Whether the last message was signed.
    pub(super) fn done(self) -> Result<(), DnsError> {
        match self.sequence {
            Some(sequence) => sequence.done().map_err(unauthorized),
            None => Ok(()),
        }
    }

    fn after(&self, message: &Message<Vec<u8>>) -> Result<Progress, DnsError> {
        if message.is_error() {
            return Ok(Progress::Ended);
        }
        let unreadable = || DnsError::Answer("a message of the transfer cannot be read".to_owned());
        let mut progress = self.progress;
        for record in message.answer().map_err(|_| unreadable())? {
            let is_soa = record.map_err(|_| unreadable())?.rtype() == Rtype::SOA;
            progress = match (progress, is_soa) {
                (Progress::Asked, true) | (Progress::Running, false) => Progress::Running,
                (Progress::Running, true) => Progress::Ended,
                (Progress::Asked, false) => {
                    return Err(DnsError::Answer(
                        "the transfer does not begin with the zone's SOA record".to_owned(),
                    ));
                }
                (Progress::Ended, _) => {
                    return Err(DnsError::Answer(
                        "the transfer has records after its end".to_owned(),
                    ));
                }
            };
        }
        if progress == Progress::Asked {
            return Err(DnsError::Answer("the transfer has no records".to_owned()));
        }
        Ok(progress)
    }
}
