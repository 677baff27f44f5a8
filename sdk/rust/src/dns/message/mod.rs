//! DNS messages for [`Transport`](super::Transport): queries, dynamic updates with prerequisites (RFC 2136), and the reading of
//! answers. Values are the contract's; the form on the wire is the `domain` crate's.

mod read;
mod value;
mod write;

pub use read::{Answer, Rcode, Record};
pub use value::rdata;
pub use write::{SOA, Update, query};

use domain::base::Rtype;

use super::RecordType;

fn rtype(kind: RecordType) -> Rtype {
    match kind {
        RecordType::A => Rtype::A,
        RecordType::Aaaa => Rtype::AAAA,
        RecordType::Cname => Rtype::CNAME,
        RecordType::Txt => Rtype::TXT,
    }
}

fn kind(rtype: Rtype) -> Option<RecordType> {
    match rtype {
        Rtype::A => Some(RecordType::A),
        Rtype::AAAA => Some(RecordType::Aaaa),
        Rtype::CNAME => Some(RecordType::Cname),
        Rtype::TXT => Some(RecordType::Txt),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Rcode, SOA, Update, query, rdata};
    use crate::dns::RecordType;

    fn octets(kind: RecordType, value: &str) -> Vec<u8> {
        rdata(kind, value).unwrap()
    }

    #[test]
    fn every_value_comes_back_from_the_wire() {
        let long = format!("{}ü", "x".repeat(600));
        let values = [
            (RecordType::A, "192.0.2.1"),
            (RecordType::Aaaa, "2001:db8::1"),
            (RecordType::Cname, "target.example.org"),
            (RecordType::Txt, ""),
            (RecordType::Txt, "with \"quotes\", \\ and \t"),
            (RecordType::Txt, &long),
        ];
        let mut update = Update::new(&"example.com".parse().unwrap());
        let name = "a.example.com".parse().unwrap();
        for (kind, value) in values {
            update.require_equal(&name, kind, &octets(kind, value));
        }
        // Prerequisites stand where the answers of a query do.
        let answer = Answer::parse(&update.finish().unwrap()).unwrap();
        let read: Vec<_> = answer
            .records
            .iter()
            .map(|record| (record.kind.unwrap(), record.value.as_str()))
            .collect();
        assert_eq!(read, values);
        for (record, (kind, value)) in answer.records.iter().zip(values) {
            assert_eq!(record.data, octets(kind, value));
            assert_eq!(record.name, "a.example.com");
        }
    }

    #[test]
    fn an_update_is_written_as_the_protocol_says() {
        let mut update = Update::new(&"b".parse().unwrap());
        let name = "a.b".parse().unwrap();
        update.require_absent(&name, RecordType::A);
        update.require_unused(&name);
        update.remove(&name, RecordType::A);
        update.add(&name, RecordType::A, 60, &[192, 0, 2, 1]);
        let message = update.finish().unwrap();
        let expected = [
            // Opcode 5; 1 zone, 2 prerequisites, 2 updates, nothing else.
            &[0x28, 0, 0, 1, 0, 2, 0, 2, 0, 0][..],
            // The zone, its type SOA.
            b"\x01b\0\0\x06\0\x01",
            // Prerequisites: class NONE; type A, type ANY.
            b"\x01a\x01b\0\0\x01\0\xfe\0\0\0\0\0\0",
            b"\x01a\x01b\0\0\xff\0\xfe\0\0\0\0\0\0",
            // Updates: class ANY removes the record set, class IN adds.
            b"\x01a\x01b\0\0\x01\0\xff\0\0\0\0\0\0",
            b"\x01a\x01b\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01",
        ]
        .concat();
        assert_eq!(message.get(2..).unwrap(), expected);
    }

    #[test]
    fn an_answer_without_records_has_its_code() {
        let mut message = query(&"a.b".parse().unwrap(), SOA).unwrap();
        message[2] |= 0x84;
        message[3] |= 9;
        let answer = Answer::parse(&message).unwrap();
        assert_eq!(
            (answer.rcode, answer.authoritative, answer.records.len()),
            (Rcode::NotAuth, true, 0)
        );
    }

    #[test]
    fn what_is_no_message_is_a_passing_fault() {
        for octets in [&b""[..], b"short", &[0xff; 64]] {
            assert!(Answer::parse(octets).unwrap_err().is_passing());
        }
    }
}
