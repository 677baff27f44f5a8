//! Values and times to live between the contract's form and the API's. Pure.

use maquette_sdk::Result;
use maquette_sdk::dns::{Escapes, RecordSet, RecordType, canonical, read_value};

use super::wire::Post;

/// The time to live of what is reached through Cloudflare: it chooses.
pub(super) const AUTOMATIC: u32 = 1;
/// What a time to live may be (description of the field `ttl`); Enterprise zones may go down to 30.
const TTLS: std::ops::RangeInclusive<u32> = 60..=86_400;
/// What names of tunnels end with.
const TUNNELS: &str = ".cfargotunnel.com";

/// Whether records of this type and these values are reached through Cloudflare. A tunnel is reached in no other way.
pub(super) fn is_proxied(kind: RecordType, values: &[String], proxied: bool) -> bool {
    match kind {
        RecordType::A | RecordType::Aaaa => proxied,
        RecordType::Cname => proxied || values.iter().any(|value| value.ends_with(TUNNELS)),
        RecordType::Txt => false,
    }
}

/// The record set as Cloudflare gives it back.
///
/// # Errors
/// [`maquette_sdk::Error::Invalid`] below `path`, see [`canonical`].
pub(super) fn normal(records: &RecordSet, proxied: bool, path: &str) -> Result<RecordSet> {
    let set = canonical(records, path)?;
    let ttl = if is_proxied(set.kind, &set.values, proxied) {
        AUTOMATIC
    } else {
        set.ttl.clamp(*TTLS.start(), *TTLS.end())
    };
    Ok(RecordSet { ttl, ..set })
}

/// A record with this value of a normal record set.
pub(super) fn encode(set: &RecordSet, value: &str, proxied: bool) -> Post {
    let content = match set.kind {
        RecordType::A | RecordType::Aaaa | RecordType::Cname => value.to_owned(),
        RecordType::Txt => Escapes::Decimal.quote(value),
    };
    Post {
        name: set.name.clone(),
        kind: set.kind.name(),
        content,
        ttl: set.ttl,
        proxied: is_proxied(set.kind, &set.values, proxied),
    }
}

/// A value of the API in the contract's form.
pub(super) fn decode_value(kind: RecordType, content: &str) -> String {
    read_value(kind, content, Escapes::Decimal)
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::{RecordSet, RecordType};

    use super::{decode_value, encode, is_proxied, normal};

    fn set(kind: RecordType, ttl: u32, value: &str) -> RecordSet {
        RecordSet {
            name: "a.example.com".into(),
            kind,
            ttl,
            values: vec![value.into()],
        }
    }

    #[test]
    fn values_come_back_as_they_were() {
        for (kind, value) in [
            (RecordType::A, "192.0.2.1"),
            (RecordType::Aaaa, "2001:db8::1"),
            (RecordType::Cname, "target.example.org"),
            (RecordType::Txt, "ümlaut \"quoted\" \\ ✓"),
        ] {
            let post = encode(&set(kind, 60, value), value, false);
            assert_eq!(RecordType::of_name(post.kind), Some(kind));
            assert_eq!(decode_value(kind, &post.content), value);
        }
    }

    #[test]
    fn times_to_live_are_those_that_cloudflare_takes() {
        let ttl = |kind, ttl, value: &str, proxied| {
            normal(&set(kind, ttl, value), proxied, "").unwrap().ttl
        };
        for (given, kept) in [(0, 60), (1, 60), (60, 60), (300, 300), (86_401, 86_400)] {
            assert_eq!(ttl(RecordType::A, given, "192.0.2.1", false), kept);
        }
        assert_eq!(ttl(RecordType::A, 300, "192.0.2.1", true), 1);
        assert_eq!(ttl(RecordType::Txt, 300, "text", true), 300);
        assert_eq!(
            ttl(RecordType::Cname, 300, "ID.CfArgoTunnel.com.", false),
            1
        );
    }

    #[test]
    fn a_tunnel_is_reached_through_cloudflare_and_what_only_resembles_one_is_not() {
        let proxied = |value: &str| is_proxied(RecordType::Cname, &[value.to_owned()], false);
        assert!(proxied("c1744f8b.cfargotunnel.com"));
        assert!(!proxied("cfargotunnel.com.example.org"));
        assert!(!proxied("target.example.org"));
    }
}
