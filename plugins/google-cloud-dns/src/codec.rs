//! Names and values between the contract's form and the API's. Pure.

use maquette_sdk::dns::{Escapes, RecordSet, RecordType, canonical};

use crate::wire::RrSet;

/// The API's name of a type.
pub(crate) fn type_name(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "A",
        RecordType::Aaaa => "AAAA",
        RecordType::Cname => "CNAME",
        RecordType::Txt => "TXT",
    }
}

/// The type of that name; nothing for types that the contract does not know.
pub(crate) fn parse_type(name: &str) -> Option<RecordType> {
    [
        RecordType::A,
        RecordType::Aaaa,
        RecordType::Cname,
        RecordType::Txt,
    ]
    .into_iter()
    .find(|kind| type_name(*kind) == name)
}

/// A name in the contract's form.
pub(crate) fn parse_name(absolute: &str) -> String {
    absolute
        .strip_suffix('.')
        .unwrap_or(absolute)
        .to_ascii_lowercase()
}

/// A canonical record set as the API wants it.
pub(crate) fn encode(set: &RecordSet) -> RrSet {
    let value = |value: &String| match set.kind {
        RecordType::A | RecordType::Aaaa => value.clone(),
        RecordType::Cname => format!("{value}."),
        RecordType::Txt => Escapes::Decimal.quote(value),
    };
    RrSet {
        name: format!("{}.", set.name),
        kind: type_name(set.kind).to_owned(),
        ttl: Some(set.ttl),
        rrdatas: set.values.iter().map(value).collect(),
        routing_policy: None,
    }
}

/// A value of the API in the contract's form. What somebody else wrote and does not parse is left as it is.
pub(crate) fn decode_value(kind: RecordType, content: &str) -> String {
    if kind == RecordType::Txt {
        return Escapes::Decimal.unquote(content);
    }
    let alone = RecordSet {
        name: "name".to_owned(),
        kind,
        ttl: 0,
        values: vec![content.to_owned()],
    };
    canonical(&alone, "")
        .ok()
        .and_then(|set| set.values.into_iter().next())
        .unwrap_or_else(|| content.to_owned())
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{decode_value, encode, parse_name, parse_type, type_name};

    #[test]
    fn names_lose_their_dot_and_their_case_and_nothing_else() {
        assert_eq!(parse_name("*.Example.com."), "*.example.com");
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
            assert_eq!(parse_type(&encoded.kind), Some(kind));
            assert_eq!(type_name(kind), encoded.kind);
            assert_eq!(decode_value(kind, &encoded.rrdatas[0]), value);
        }
    }
}
