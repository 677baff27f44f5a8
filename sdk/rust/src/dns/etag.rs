//! A stable hash of what was observed, for providers that have no version of their own.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::RecordSet;

/// Changes whenever the record set or one of its owner marks changes; the order of the values does not matter.
///
/// Give it canonical record sets, see [`super::canonical`]. 32 hexadecimal digits; the same on every host and version
/// of the SDK, so that it can be kept.
pub fn etag<'a>(records: &RecordSet, owners: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        // Every field is preceded by its length, so that no two lists of fields give the same octets.
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(records.name.as_bytes());
    field(&[records.kind as u8]);
    field(&records.ttl.to_be_bytes());
    let mut values: Vec<&str> = records.values.iter().map(String::as_str).collect();
    values.sort_unstable();
    field(&(values.len() as u64).to_be_bytes());
    for value in values {
        field(value.as_bytes());
    }
    let mut owners: Vec<&str> = owners.into_iter().collect();
    owners.sort_unstable();
    for owner in owners {
        field(owner.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(String::with_capacity(32), |mut text, byte| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::etag;
    use crate::dns::{RecordSet, RecordType};

    fn set(values: &[&str]) -> RecordSet {
        RecordSet {
            name: "a.example.com".into(),
            kind: RecordType::A,
            ttl: 60,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }
    }

    #[test]
    fn the_order_of_values_does_not_matter() {
        assert_eq!(
            etag(&set(&["1", "2"]), ["o"]),
            etag(&set(&["2", "1"]), ["o"])
        );
    }

    #[test]
    fn every_part_counts() {
        let base = etag(&set(&["1"]), ["o"]);
        let others = [
            etag(&set(&["2"]), ["o"]),
            etag(&set(&["1", "1"]), ["o"]),
            etag(&set(&["1"]), ["p"]),
            etag(&set(&["1"]), []),
            etag(&set(&["1"]), ["o", "p"]),
            etag(
                &RecordSet {
                    ttl: 61,
                    ..set(&["1"])
                },
                ["o"],
            ),
            etag(
                &RecordSet {
                    kind: RecordType::Txt,
                    ..set(&["1"])
                },
                ["o"],
            ),
            etag(
                &RecordSet {
                    name: "b.example.com".into(),
                    ..set(&["1"])
                },
                ["o"],
            ),
            etag(&set(&["1", "o"]), []),
        ];
        assert!(others.iter().all(|other| *other != base));
    }

    #[test]
    fn an_etag_that_was_kept_stays_valid() {
        assert_eq!(
            etag(&set(&["192.0.2.1"]), ["installation/DNSRecord/shop/web"]).len(),
            32
        );
    }
}
