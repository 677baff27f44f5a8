//! Texts as character strings in quotes (RFC 1035, section 5.1), and back.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Bytes;

/// Most octets of one character string (RFC 1035, section 3.3).
const STRING: usize = 255;

/// How a vendor writes an octet that is no printable character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// `\DDD` with decimal digits, as in zone files.
    Decimal,
    /// `\OOO` with octal digits, as Route 53 does.
    Octal,
}

impl Escapes {
    fn radix(self) -> u32 {
        match self {
            Self::Decimal => 10,
            Self::Octal => 8,
        }
    }

    /// A text as character strings in quotes, of at most 255 octets each.
    pub fn quote(self, text: &str) -> String {
        if text.is_empty() {
            return "\"\"".to_owned();
        }
        let strings: Vec<String> = text
            .as_bytes()
            .chunks(STRING)
            .map(|octets| self.string(octets))
            .collect();
        strings.join(" ")
    }

    /// All character strings joined, without quotes and escapes.
    pub fn unquote(self, content: &str) -> String {
        let mut octets = Vec::with_capacity(content.len());
        let mut rest = content.bytes().peekable();
        let mut quoted = false;
        while let Some(octet) = rest.next() {
            match octet {
                b'"' => quoted = !quoted,
                b'\\' => octets.extend(self.unescape(&mut rest)),
                b' ' | b'\t' if !quoted => {}
                _ => octets.push(octet),
            }
        }
        String::from_utf8_lossy(&octets).into_owned()
    }

    fn string(self, octets: &[u8]) -> String {
        let mut quoted = String::with_capacity(octets.len() + 2);
        quoted.push('"');
        for &octet in octets {
            // Writing into a String cannot fail.
            match (octet, self) {
                (b'"' | b'\\', _) => quoted.extend(['\\', char::from(octet)]),
                (b' '..=b'~', _) => quoted.push(char::from(octet)),
                (_, Self::Decimal) => drop(write!(quoted, "\\{octet:03}")),
                (_, Self::Octal) => drop(write!(quoted, "\\{octet:03o}")),
            }
        }
        quoted.push('"');
        quoted
    }

    /// What follows a backslash: three digits, or one character that stands for itself.
    fn unescape(self, rest: &mut Peekable<Bytes<'_>>) -> Option<u8> {
        let digit = |octet: u8| char::from(octet).to_digit(self.radix());
        let first = rest.next()?;
        let Some(mut value) = digit(first) else {
            return Some(first);
        };
        for _ in 0..2 {
            let Some(next) = rest.peek().copied().and_then(digit) else {
                break;
            };
            rest.next();
            value = value * self.radix() + next;
        }
        u8::try_from(value).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Escapes::{Decimal, Octal};

    #[test]
    fn every_text_comes_back_from_its_character_strings() {
        let long = format!("{}ü{}", "x".repeat(254), "y".repeat(400));
        for text in [
            "",
            "plain",
            "with \"quotes\" and \\",
            "ümlaut ✓",
            "tab\there\u{7f}",
            " spaces ",
            "\\195\\303",
            "v=DKIM1; k=rsa",
            &long,
        ] {
            for escapes in [Decimal, Octal] {
                assert_eq!(escapes.unquote(&escapes.quote(text)), text);
            }
        }
    }

    #[test]
    fn each_vendor_gets_its_own_digits() {
        assert_eq!(Decimal.quote("ü"), "\"\\195\\188\"");
        assert_eq!(Octal.quote("ü"), "\"\\303\\274\"");
        let strings = Decimal.quote(&"x".repeat(600));
        let lengths: Vec<usize> = strings.split(' ').map(str::len).collect();
        assert_eq!(lengths, [257, 257, 92]);
    }

    #[test]
    fn texts_that_others_wrote_are_read_in_every_notation() {
        assert_eq!(Decimal.unquote("unquoted"), "unquoted");
        assert_eq!(Decimal.unquote("\"a\"  \"b\""), "ab");
        assert_eq!(Decimal.unquote("\"\\"), "");
        assert_eq!(Octal.unquote("\"\\052\\9\""), "*9");
    }
}
