//! Values and owner marks between the contract's form and the API's. Pure.

use maquette_sdk::dns::{Escapes, RecordType, read_value};
use maquette_sdk::owner;

use crate::wire::Comment;

/// Account of the comments that are owner marks.
const ACCOUNT: &str = "maquette";

/// A canonical value as the API wants it.
pub(crate) fn encode_value(kind: RecordType, value: &str) -> String {
    match kind {
        RecordType::A | RecordType::Aaaa => value.to_owned(),
        RecordType::Cname => format!("{value}."),
        RecordType::Txt => Escapes::Decimal.quote(value),
    }
}

/// A value of the API in the contract's form.
pub(crate) fn decode_value(kind: RecordType, content: &str) -> String {
    read_value(kind, content, Escapes::Decimal)
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

    use super::{Comment, decode_value, encode_value, mark, parse_mark};

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
