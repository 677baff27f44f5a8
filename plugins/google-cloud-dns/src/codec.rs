//! Record sets in the API's form. Pure.

use maquette_sdk::dns::{Escapes, RecordSet, RecordType, read_value};

use crate::wire::RrSet;

/// A canonical record set as the API wants it.
pub(crate) fn encode(set: &RecordSet) -> RrSet {
    let value = |value: &String| match set.kind {
        RecordType::A | RecordType::Aaaa => value.clone(),
        RecordType::Cname => format!("{value}."),
        RecordType::Txt => Escapes::Decimal.quote(value),
    };
    RrSet {
        name: format!("{}.", set.name),
        kind: set.kind.name().to_owned(),
        ttl: Some(set.ttl),
        rrdatas: set.values.iter().map(value).collect(),
        routing_policy: None,
    }
}

/// A value of the API in the contract's form.
pub(crate) fn decode_value(kind: RecordType, content: &str) -> String {
    read_value(kind, content, Escapes::Decimal)
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{decode_value, encode};

    #[test]
    fn values_come_back_as_they_were() {
        for (kind, value) in [
            (RecordType::A, "192.0.2.1"),
            (RecordType::Aaaa, "2001:db8::1"),
            (RecordType::Cname, "target.example.org"),
            (RecordType::Txt, "ümlaut \"quoted\" \\ ✓"),
        ] {
            let set = RecordSet {
                name: "a.example.com".into(),
                kind,
                ttl: 60,
                values: vec![value.into()],
            };
            let encoded = encode(&set);
            assert_eq!(RecordType::of_name(&encoded.kind), Some(kind));
            assert_eq!(decode_value(kind, &encoded.rrdatas[0]), value);
        }
    }
}
