//! Owner marks for providers whose record sets have no room for one: a TXT record set at a name beside the marked one,
//! written and removed in the same transaction as what it marks.
//!
//! The mark of the A records of `www.example.com` is the TXT record set `_mq-a.www.example.com`; that of
//! `*.example.com` is `_mq-wild-a.example.com`, because a `*` has no meaning after the first label (RFC 4592, section
//! 2.1.1). The mark names the type, so that an alias can take the place of addresses without a moment without owner.
//! The marked name stays whole and its labels keep their length; only a name of more than 240 characters has no room.

use super::{Name, RecordSet, RecordType};
use crate::error::{Error, Result};
use crate::owner;

/// How every label that carries a mark begins.
const PREFIX: &str = "_mq-";
/// How the label goes on where the marked name begins with `*`.
const WILD: &str = "wild-";
/// Time to live of marks in seconds: nobody resolves them.
const TTL: u32 = 300;

/// The name of the TXT record set that says who owns the record set of this name and type.
///
/// # Errors
/// [`Error::Invalid`] for the field `path` when the name is too long to have one.
pub fn side_name(name: &Name, kind: RecordType, path: &str) -> Result<Name> {
    let (wild, rest) = match name.as_str().strip_prefix("*.") {
        Some(rest) => (WILD, rest),
        None => ("", name.as_str()),
    };
    let kind = kind.name().to_ascii_lowercase();
    format!("{PREFIX}{wild}{kind}.{rest}")
        .parse()
        .map_err(|_| {
            let message = format!(
                "`{name}` leaves no room for the owner mark beside it; use a name of at most 240 characters"
            );
            Error::invalid(path, message)
        })
}

/// What the TXT record set of this name marks; nothing when it is no name of a mark.
pub fn marked_by(name: &Name) -> Option<(Name, RecordType)> {
    let (first, rest) = name.as_str().split_once('.')?;
    let first = first.strip_prefix(PREFIX)?;
    let (wild, kind) = match first.strip_prefix(WILD) {
        Some(kind) => ("*.", kind),
        None => ("", first),
    };
    let kind = RecordType::ALL
        .into_iter()
        .find(|found| found.name().to_ascii_lowercase() == kind)?;
    Some((format!("{wild}{rest}").parse().ok()?, kind))
}

/// Whether this name is kept for marks. A plugin that uses them refuses to make record sets of such names: they would let a
/// user write himself the mark of another's record set.
pub fn is_reserved(name: &Name) -> bool {
    name.as_str().starts_with(PREFIX)
}

/// The record set that marks `name` and `kind` as the owner's.
///
/// # Errors
/// As for [`side_name`].
pub fn side_mark(name: &Name, kind: RecordType, owner: &str, path: &str) -> Result<RecordSet> {
    Ok(RecordSet {
        name: side_name(name, kind, path)?.as_str().to_owned(),
        kind: RecordType::Txt,
        ttl: TTL,
        values: vec![owner::encode(owner)],
    })
}

#[cfg(test)]
mod tests {
    use super::{is_reserved, marked_by, side_mark, side_name};
    use crate::dns::{Name, RecordSet, RecordType};

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn the_marked_name_comes_back_from_the_name_of_its_mark() {
        for (text, kind, mark) in [
            ("www.example.com", RecordType::A, "_mq-a.www.example.com"),
            (
                "*.example.com",
                RecordType::Aaaa,
                "_mq-wild-aaaa.example.com",
            ),
            ("example.com", RecordType::Txt, "_mq-txt.example.com"),
            (
                "wild.example.com",
                RecordType::Cname,
                "_mq-cname.wild.example.com",
            ),
        ] {
            let side = side_name(&name(text), kind, "").unwrap();
            assert_eq!(side.as_str(), mark);
            assert_eq!(marked_by(&side), Some((name(text), kind)));
            assert!(is_reserved(&side));
        }
    }

    #[test]
    fn other_names_mark_nothing() {
        for text in [
            "www.example.com",
            "_mq-mx.example.com",
            "_mq-.example.com",
            "_mq.a.example.com",
            "x._mq-a.example.com",
        ] {
            assert_eq!(marked_by(&name(text)), None, "{text}");
        }
        assert!(!is_reserved(&name("www.example.com")));
    }

    #[test]
    fn a_long_label_keeps_its_length_and_a_name_without_room_is_refused() {
        let long = format!("{}.example.com", "a".repeat(63));
        assert!(side_name(&name(&long), RecordType::Cname, "").is_ok());
        let full = ["a"; 127].join(".");
        assert!(side_name(&name(&full), RecordType::A, "records.name").is_err());
    }

    #[test]
    fn the_mark_is_a_text_that_names_the_owner() {
        assert_eq!(
            side_mark(&name("a.b"), RecordType::A, "cluster/x", "").unwrap(),
            RecordSet {
                name: "_mq-a.a.b".into(),
                kind: RecordType::Txt,
                ttl: 300,
                values: vec!["maquette/v1 owner=cluster/x".into()]
            }
        );
    }
}
