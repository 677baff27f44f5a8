//! Names and values between the contract's form and the API's. Pure.

use maquette_sdk::dns::{Escapes, RecordSet, RecordType, read_name, read_value};

use crate::wire::{Record, Records, RrSet};

/// A name in the contract's form. The API escapes what is no letter, digit, `-` or `_` with octal digits: `\052` is `*`.
pub(crate) fn parse_name(absolute: &str) -> String {
    read_name(&absolute.replace("\\052", "*"))
}

/// A canonical record set as the API wants it.
pub(crate) fn encode(set: &RecordSet) -> RrSet {
    let value = |value: &String| match set.kind {
        RecordType::A | RecordType::Aaaa => value.clone(),
        RecordType::Cname => format!("{value}."),
        RecordType::Txt => Escapes::Octal.quote(value),
    };
    let items = set
        .values
        .iter()
        .map(|text| Record { value: value(text) })
        .collect();
    RrSet {
        name: format!("{}.", set.name),
        kind: set.kind.name().to_owned(),
        set_identifier: None,
        weight: None,
        region: None,
        failover: None,
        multi_value_answer: None,
        ttl: Some(set.ttl),
        resource_records: Some(Records { items }),
        alias_target: None,
        health_check_id: None,
    }
}

/// A value of the API in the contract's form.
pub(crate) fn decode_value(kind: RecordType, content: &str) -> String {
    read_value(kind, content, Escapes::Octal)
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{decode_value, encode, parse_name};

    #[test]
    fn an_escaped_wildcard_is_a_wildcard() {
        assert_eq!(parse_name("\\052.Example.com."), "*.example.com");
        assert_eq!(parse_name("_mq-a.example.com."), "_mq-a.example.com");
    }

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
            let content = &encoded.resource_records.unwrap().items[0].value;
            assert_eq!(decode_value(kind, content), value);
        }
    }
}
