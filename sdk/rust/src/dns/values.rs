//! One representation for every value, so that what was applied never looks changed.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Name, NameError, RecordSet, RecordType};
use crate::error::{Error, Result};

/// Longest time to live in seconds (RFC 2181, section 8).
const MAX_TTL: u32 = 0x7fff_ffff;
/// Most octets of a record's data (RFC 1035, section 3.2.1), less one length octet for each 255 of a text.
const MAX_TEXT: usize = 65_000;

/// The record set in the contract's form: canonical name, canonical values, sorted, each once.
///
/// # Errors
/// [`Error::Invalid`] whose path starts with `path`: a name, an address or a time to live that DNS does not
/// allow, no values, or several canonical names.
pub fn canonical(records: &RecordSet, path: &str) -> Result<RecordSet> {
    let name: Name = records
        .name
        .parse()
        .map_err(|error: NameError| invalid(path, "name", error.to_string()))?;
    if records.ttl > MAX_TTL {
        return Err(invalid(
            path,
            "ttl",
            format!("{} is more than {MAX_TTL} seconds", records.ttl),
        ));
    }
    let mut values = Vec::with_capacity(records.values.len());
    for (position, value) in records.values.iter().enumerate() {
        values.push(
            canonical_value(records.kind, value)
                .map_err(|why| invalid(path, &format!("values[{position}]"), why))?,
        );
    }
    values.sort_unstable();
    values.dedup();
    match (records.kind, values.len()) {
        (_, 0) => Err(invalid(
            path,
            "values",
            "a record set needs at least one value",
        )),
        (RecordType::Cname, 2..) => Err(invalid(
            path,
            "values",
            "a name has at most one canonical name",
        )),
        _ => Ok(RecordSet {
            name: name.as_str().to_owned(),
            kind: records.kind,
            ttl: records.ttl,
            values,
        }),
    }
}

fn canonical_value(kind: RecordType, value: &str) -> std::result::Result<String, String> {
    match kind {
        RecordType::A => match value.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!(
                "`{value}` is no IPv4 address, for example `192.0.2.1`"
            )),
        },
        RecordType::Aaaa => match value.parse::<Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!(
                "`{value}` is no IPv6 address, for example `2001:db8::1`"
            )),
        },
        RecordType::Cname => match value.parse::<Name>() {
            Ok(name) => Ok(name.as_str().to_owned()),
            Err(error) => Err(error.to_string()),
        },
        RecordType::Txt if value.len() > MAX_TEXT => Err(format!(
            "a text has at most {MAX_TEXT} octets, this one has {}",
            value.len()
        )),
        RecordType::Txt => Ok(value.to_owned()),
    }
}

fn invalid(path: &str, field: &str, why: impl Into<String>) -> Error {
    let path = if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    };
    Error::invalid(path, why)
}

#[cfg(test)]
mod tests {
    use super::canonical;
    use crate::dns::{RecordSet, RecordType};
    use crate::error::Error;

    fn set(kind: RecordType, values: &[&str]) -> RecordSet {
        RecordSet {
            name: "A.Example.COM.".into(),
            kind,
            ttl: 60,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }
    }

    fn values(kind: RecordType, given: &[&str]) -> Vec<String> {
        canonical(&set(kind, given), "").unwrap().values
    }

    #[test]
    fn equal_record_sets_have_one_representation() {
        assert_eq!(
            values(RecordType::A, &["192.0.2.2", "192.0.2.1", "192.0.2.2"]),
            ["192.0.2.1", "192.0.2.2"]
        );
        assert_eq!(
            values(RecordType::Aaaa, &["2001:DB8:0:0::0001"]),
            ["2001:db8::1"]
        );
        assert_eq!(
            values(RecordType::Cname, &["Target.Example.ORG."]),
            ["target.example.org"]
        );
        assert_eq!(
            values(RecordType::Txt, &["Case \"stays\""]),
            ["Case \"stays\""]
        );
        assert_eq!(
            canonical(&set(RecordType::A, &["192.0.2.1"]), "")
                .unwrap()
                .name,
            "a.example.com"
        );
    }

    #[test]
    fn canonical_is_idempotent() {
        for records in [
            set(RecordType::Aaaa, &["::ffff:1.2.3.4", "2001:DB8::0"]),
            set(RecordType::Txt, &["", "b", "a"]),
        ] {
            let once = canonical(&records, "").unwrap();
            assert_eq!(canonical(&once, "").unwrap(), once);
        }
    }

    #[test]
    fn what_dns_does_not_allow_is_refused_with_the_path_of_the_field() {
        let path = |records: &RecordSet| match canonical(records, "changes[3].records") {
            Err(Error::Invalid(error)) => error.path,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            path(&set(RecordType::A, &["192.0.2.1", "192.0.2.01"])),
            "changes[3].records.values[1]"
        );
        assert_eq!(
            path(&set(RecordType::Aaaa, &["192.0.2.1"])),
            "changes[3].records.values[0]"
        );
        assert_eq!(
            path(&set(RecordType::Cname, &["a.b", "c.d"])),
            "changes[3].records.values"
        );
        assert_eq!(path(&set(RecordType::A, &[])), "changes[3].records.values");
        assert_eq!(
            path(&RecordSet {
                ttl: 1 << 31,
                ..set(RecordType::A, &["192.0.2.1"])
            }),
            "changes[3].records.ttl"
        );
        assert_eq!(
            path(&RecordSet {
                name: "a b".into(),
                ..set(RecordType::A, &["192.0.2.1"])
            }),
            "changes[3].records.name"
        );
        assert_eq!(
            path(&set(RecordType::Txt, &[&"x".repeat(65_001)])),
            "changes[3].records.values[0]"
        );
    }
}
