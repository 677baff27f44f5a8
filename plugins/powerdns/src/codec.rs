//! Values and owner marks between the contract's form and the API's. Pure.

use std::fmt::Write as _;

use maquette_sdk::dns::{RecordSet, RecordType, canonical};
use maquette_sdk::owner;

use crate::wire::Comment;

/// Account of the comments that are owner marks.
const ACCOUNT: &str = "maquette";
/// Most octets of one character string (RFC 1035, section 3.3).
const STRING: usize = 255;

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

/// A canonical value as the API wants it.
pub(crate) fn encode_value(kind: RecordType, value: &str) -> String {
    match kind {
        RecordType::A | RecordType::Aaaa => value.to_owned(),
        RecordType::Cname => format!("{value}."),
        RecordType::Txt => encode_text(value),
    }
}

/// A value of the API in the contract's form. What somebody else wrote and does not parse is left as it is.
pub(crate) fn decode_value(kind: RecordType, content: &str) -> String {
    if kind == RecordType::Txt {
        return decode_text(content);
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

/// Character strings in quotes, of at most 255 octets each (RFC 1035, section 5.1).
fn encode_text(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    text.as_bytes()
        .chunks(STRING)
        .map(encode_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn encode_string(octets: &[u8]) -> String {
    let mut quoted = String::with_capacity(octets.len() + 2);
    quoted.push('"');
    for &octet in octets {
        match octet {
            b'"' | b'\\' => quoted.extend(['\\', char::from(octet)]),
            b' '..=b'~' => quoted.push(char::from(octet)),
            _ => {
                // Writing into a String cannot fail.
                let _ = write!(quoted, "\\{octet:03}");
            }
        }
    }
    quoted.push('"');
    quoted
}

/// All character strings of a text joined, without quotes and escapes.
fn decode_text(content: &str) -> String {
    let mut octets = Vec::with_capacity(content.len());
    let mut rest = content.bytes().peekable();
    let mut quoted = false;
    while let Some(octet) = rest.next() {
        match octet {
            b'"' => quoted = !quoted,
            b'\\' => octets.extend(unescape(&mut rest)),
            b' ' | b'\t' if !quoted => {}
            _ => octets.push(octet),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// What follows a backslash: three decimal digits, or one character that stands for itself.
fn unescape(rest: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> Option<u8> {
    let first = rest.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let mut value = u32::from(first - b'0');
    for _ in 0..2 {
        let Some(digit) = rest.next_if(u8::is_ascii_digit) else {
            break;
        };
        value = value * 10 + u32::from(digit - b'0');
    }
    u8::try_from(value).ok()
}

/// The comment that says who owns a record set.
pub(crate) fn mark(owner: &str) -> Comment {
    Comment {
        content: owner::encode(owner),
        account: ACCOUNT.to_owned(),
        modified_at: None,
    }
}

/// The owner that a comment names; nothing when it is no mark.
pub(crate) fn parse_mark(comment: &Comment) -> Option<String> {
    (comment.account == ACCOUNT)
        .then(|| owner::decode(&comment.content))
        .flatten()
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::RecordType;

    use super::{
        Comment, decode_value, encode_value, mark, parse_mark, parse_name, parse_type, type_name,
    };

    #[test]
    fn every_text_comes_back_from_its_character_strings() {
        for text in [
            "",
            "plain",
            "with \"quotes\" and \\",
            "ümlaut",
            "a;b",
            "tab\there",
            "\u{7f}",
            " spaces ",
            "\\195",
            "v=DKIM1; k=rsa",
        ] {
            assert_eq!(
                decode_value(RecordType::Txt, &encode_value(RecordType::Txt, text)),
                text
            );
        }
        let long = "x".repeat(600);
        let encoded = encode_value(RecordType::Txt, &long);
        assert_eq!(
            encoded.split(' ').map(str::len).collect::<Vec<_>>(),
            [257, 257, 92]
        );
        assert_eq!(decode_value(RecordType::Txt, &encoded), long);
    }

    #[test]
    fn a_letter_that_two_character_strings_share_is_whole_again() {
        let text = format!("{}ü", "x".repeat(254));
        assert_eq!(
            decode_value(RecordType::Txt, &encode_value(RecordType::Txt, &text)),
            text
        );
    }

    #[test]
    fn texts_that_others_wrote_are_read_in_every_notation() {
        assert_eq!(decode_value(RecordType::Txt, "unquoted"), "unquoted");
        assert_eq!(decode_value(RecordType::Txt, "\"a\"  \"b\""), "ab");
        assert_eq!(decode_value(RecordType::Txt, "\"\\195\\188\""), "ü");
        assert_eq!(decode_value(RecordType::Txt, "\"\\"), "");
        assert_eq!(decode_value(RecordType::Txt, "\"\\999\""), "");
    }

    #[test]
    fn addresses_and_names_are_read_without_their_representation() {
        assert_eq!(
            decode_value(RecordType::Aaaa, "2001:DB8:0::1"),
            "2001:db8::1"
        );
        assert_eq!(
            decode_value(RecordType::Cname, "Target.Example.org."),
            "target.example.org"
        );
        assert_eq!(
            encode_value(RecordType::Cname, "target.example.org"),
            "target.example.org."
        );
        assert_eq!(decode_value(RecordType::Cname, "odd/name."), "odd/name.");
        assert_eq!(parse_name("A.Example.ORG."), "a.example.org");
    }

    #[test]
    fn types_have_the_names_that_they_are_read_by() {
        for kind in [
            RecordType::A,
            RecordType::Aaaa,
            RecordType::Cname,
            RecordType::Txt,
        ] {
            assert_eq!(parse_type(type_name(kind)), Some(kind));
        }
        assert_eq!(parse_type("MX"), None);
    }

    #[test]
    fn only_a_comment_of_the_right_account_and_form_is_a_mark() {
        assert_eq!(
            parse_mark(&mark("i/DNSRecord/a/b")).as_deref(),
            Some("i/DNSRecord/a/b")
        );
        let comment = |account: &str, content: &str| Comment {
            content: content.into(),
            account: account.into(),
            modified_at: None,
        };
        assert_eq!(parse_mark(&comment("", &mark("o").content)), None);
        assert_eq!(parse_mark(&comment("maquette", "do not touch")), None);
    }
}
