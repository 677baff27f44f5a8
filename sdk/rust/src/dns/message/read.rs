//! Messages that were received.

use domain::base::iana::Rcode as WireRcode;
use domain::base::name::ParsedName;
use domain::base::rdata::ComposeRecordData;
use domain::base::{Message, ParsedRecord};
use domain::rdata::{A, Aaaa, Cname, Txt};

use super::kind;
use super::value::plain_name;
use crate::dns::RecordType;
use crate::error::{Error, Result};

/// An answer, or one message of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What became of the question.
    pub rcode: Rcode,
    /// Whether the server speaks for the zone (the flag AA).
    pub authoritative: bool,
    /// The records of the answer section, in their order.
    pub records: Vec<Record>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name in lower case, without the final dot.
    pub name: String,
    /// Its type, where the contract knows it.
    pub kind: Option<RecordType>,
    /// The number of its type (IANA, DNS parameters).
    pub type_number: u16,
    /// Time to live in seconds.
    pub ttl: u32,
    /// Its value in the contract's form; empty where the contract does not know the type.
    pub value: String,
    /// Its data without compression; empty where the contract does not know the type.
    pub data: Vec<u8>,
}

/// What a server says of a question (RFC 1035, section 4.1.1; RFC 2136, section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rcode {
    /// It was done.
    NoError,
    /// The server cannot read the question.
    FormErr,
    /// The server failed.
    ServFail,
    /// The name does not exist.
    NxDomain,
    /// The server cannot do this.
    NotImp,
    /// The server does not do this for whoever asks.
    Refused,
    /// A name exists that should not.
    YxDomain,
    /// A record set exists that should not.
    YxRrset,
    /// A record set that should exist does not.
    NxRrset,
    /// The server does not speak for the zone, or the request is not authorized.
    NotAuth,
    /// A name is not within the zone.
    NotZone,
    /// Any other.
    Other(u8),
}

impl Answer {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Error::Transient`] for what is none.
    pub fn parse(message: &[u8]) -> Result<Self> {
        let unreadable = || Error::transient("the server's answer cannot be read as a DNS message");
        let message = Message::from_octets(message).map_err(|_| unreadable())?;
        let mut records = Vec::new();
        for record in message.answer().map_err(|_| unreadable())? {
            let record = record.map_err(|_| unreadable())?;
            records.push(read(&record).ok_or_else(unreadable)?);
        }
        Ok(Self {
            rcode: rcode(message.header().rcode()),
            authoritative: message.header().aa(),
            records,
        })
    }
}

fn read(record: &ParsedRecord<'_, &[u8]>) -> Option<Record> {
    let kind = kind(record.rtype());
    let (value, data) = match kind {
        None => (String::new(), Vec::new()),
        Some(RecordType::A) => {
            let a = record.to_record::<A>().ok()??.into_data();
            (a.addr().to_string(), octets(&a))
        }
        Some(RecordType::Aaaa) => {
            let aaaa = record.to_record::<Aaaa>().ok()??.into_data();
            (aaaa.addr().to_string(), octets(&aaaa))
        }
        Some(RecordType::Cname) => {
            let cname = record
                .to_record::<Cname<ParsedName<_>>>()
                .ok()??
                .into_data();
            (plain_name(cname.cname()), octets(&cname))
        }
        Some(RecordType::Txt) => {
            let strings = record.to_record::<Txt<_>>().ok()??.into_data();
            let text: Vec<u8> = strings.iter().flatten().copied().collect();
            (
                String::from_utf8_lossy(&text).into_owned(),
                octets(&strings),
            )
        }
    };
    Some(Record {
        name: plain_name(&record.owner()),
        kind,
        type_number: record.rtype().to_int(),
        ttl: record.ttl().as_secs(),
        value,
        data,
    })
}

fn octets(data: &impl ComposeRecordData) -> Vec<u8> {
    let mut octets = Vec::new();
    // Writing into a vector cannot fail, and does not compress.
    let _ = data.compose_rdata(&mut octets);
    octets
}

fn rcode(code: WireRcode) -> Rcode {
    match code {
        WireRcode::NOERROR => Rcode::NoError,
        WireRcode::FORMERR => Rcode::FormErr,
        WireRcode::SERVFAIL => Rcode::ServFail,
        WireRcode::NXDOMAIN => Rcode::NxDomain,
        WireRcode::NOTIMP => Rcode::NotImp,
        WireRcode::REFUSED => Rcode::Refused,
        WireRcode::YXDOMAIN => Rcode::YxDomain,
        WireRcode::YXRRSET => Rcode::YxRrset,
        WireRcode::NXRRSET => Rcode::NxRrset,
        WireRcode::NOTAUTH => Rcode::NotAuth,
        WireRcode::NOTZONE => Rcode::NotZone,
        other => Rcode::Other(other.to_int()),
    }
}
