//! Messages to be sent.

use std::hash::{BuildHasher as _, RandomState};

use domain::base::iana::{Class, Opcode};
use domain::base::name::Name as WireName;
use domain::base::rdata::UnknownRecordData;
use domain::base::{MessageBuilder, Record, Rtype, Ttl};

use super::rtype;
use super::value::wire_name;
use crate::dns::{Name, RecordType};
use crate::error::{Error, Result};

/// The type of a zone's SOA record (RFC 1035, section 3.2.2).
pub const SOA: u16 = 6;

/// A query for one type of a name by the type's number, without recursion.
///
/// # Errors
/// [`Error::Other`] for a name that has no form on the wire.
pub fn query(name: &Name, type_number: u16) -> Result<Vec<u8>> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(random_id());
    let mut builder = builder.question();
    let name = wire_name(name.as_str()).ok_or_else(|| unwritable(name.as_str()))?;
    builder
        .push((name, Rtype::from_int(type_number)))
        .map_err(|_| unwritable("a query"))?;
    Ok(builder.finish())
}

/// A dynamic update (RFC 2136): all of it is done, or nothing. Prerequisites are checked against what the zone holds, without
/// wildcards.
#[derive(Debug, Clone)]
pub struct Update {
    zone: String,
    prerequisites: Vec<Entry>,
    updates: Vec<Entry>,
}

/// A record of any class and type, with its data as it is.
type WireRecord<'a> = Record<WireName<Vec<u8>>, UnknownRecordData<&'a [u8]>>;

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    class: Class,
    rtype: Rtype,
    ttl: u32,
    data: Vec<u8>,
}

impl Update {
    /// An update of this zone that does nothing yet.
    pub fn new(zone: &Name) -> Self {
        Self {
            zone: zone.as_str().to_owned(),
            prerequisites: Vec::new(),
            updates: Vec::new(),
        }
    }

    /// Only if there is no record set of this name and type (section 2.4.3).
    pub fn require_absent(&mut self, name: &Name, kind: RecordType) {
        let entry = entry(name, Class::NONE, rtype(kind), 0, &[]);
        self.prerequisites.push(entry);
    }

    /// Only if there is no record at all of this name (section 2.4.5).
    pub fn require_unused(&mut self, name: &Name) {
        let entry = entry(name, Class::NONE, Rtype::ANY, 0, &[]);
        self.prerequisites.push(entry);
    }

    /// Only if this is a record of the record set of this name and type. All such prerequisites of one record set together
    /// say what it has to be exactly; times to live do not count (section 2.4.2).
    pub fn require_equal(&mut self, name: &Name, kind: RecordType, data: &[u8]) {
        let entry = entry(name, Class::IN, rtype(kind), 0, data);
        self.prerequisites.push(entry);
    }

    /// Removes the record set of this name and type, if there is one (section 2.5.2).
    pub fn remove(&mut self, name: &Name, kind: RecordType) {
        let entry = entry(name, Class::ANY, rtype(kind), 0, &[]);
        self.updates.push(entry);
    }

    /// Adds a record (section 2.5.1).
    pub fn add(&mut self, name: &Name, kind: RecordType, ttl: u32, data: &[u8]) {
        let entry = entry(name, Class::IN, rtype(kind), ttl, data);
        self.updates.push(entry);
    }

    /// What it has on the wire at most, in octets. A message has at most 65535, with its signature.
    pub fn size(&self) -> usize {
        let entries = self.prerequisites.iter().chain(&self.updates);
        // Header, zone with type and class; name, type, class, time to live and length of each record.
        let sizes = entries.map(|entry| entry.name.len() + 2 + 10 + entry.data.len());
        12 + self.zone.len() + 2 + 4 + sizes.sum::<usize>()
    }

    /// The message.
    ///
    /// # Errors
    /// [`Error::Other`] for more than a message can have.
    pub fn finish(&self) -> Result<Vec<u8>> {
        let mut builder = MessageBuilder::new_vec();
        builder.header_mut().set_id(random_id());
        builder.header_mut().set_opcode(Opcode::UPDATE);
        let too_much = |_| Error::Other("an update has too many records".to_owned());
        let mut builder = builder.question();
        let zone = wire_name(&self.zone).ok_or_else(|| unwritable(&self.zone))?;
        builder.push((zone, Rtype::SOA)).map_err(too_much)?;
        let mut builder = builder.answer();
        for entry in &self.prerequisites {
            builder.push(entry.record()?).map_err(too_much)?;
        }
        let mut builder = builder.authority();
        for entry in &self.updates {
            builder.push(entry.record()?).map_err(too_much)?;
        }
        Ok(builder.finish())
    }
}

impl Entry {
    fn record(&self) -> Result<WireRecord<'_>> {
        let name = wire_name(&self.name).ok_or_else(|| unwritable(&self.name))?;
        let data = UnknownRecordData::from_octets(self.rtype, self.data.as_slice())
            .map_err(|_| unwritable(&self.name))?;
        Ok(Record::new(
            name,
            self.class,
            Ttl::from_secs(self.ttl),
            data,
        ))
    }
}

fn entry(name: &Name, class: Class, rtype: Rtype, ttl: u32, data: &[u8]) -> Entry {
    Entry {
        name: name.as_str().to_owned(),
        class,
        rtype,
        ttl,
        data: data.to_vec(),
    }
}

/// Answers come over the connection that the question went, so the number only has to differ from old ones.
fn random_id() -> u16 {
    let number = RandomState::new().hash_one(());
    u16::try_from(number & 0xffff).unwrap_or_default()
}

fn unwritable(what: &str) -> Error {
    Error::Other(format!("`{what}` cannot be written into a DNS message"))
}
