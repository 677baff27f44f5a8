//! Owner marks: how a text at the provider says who owns what it is attached to.
//!
//! A mark is `maquette/v1 owner=<owner>`. Octets outside of letters, digits and `-._~/:` are written `%XX`, so that a
//! mark survives comments, TXT records and tags of every vendor, whatever the owner is called.

const PREFIX: &str = "maquette/v1 owner=";

/// The mark of an owner.
pub fn encode(owner: &str) -> String {
    let mut mark = String::with_capacity(PREFIX.len() + owner.len());
    mark.push_str(PREFIX);
    for byte in owner.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            mark.push(char::from(byte));
        } else {
            mark.push('%');
            mark.push(hex_digit(byte >> 4));
            mark.push(hex_digit(byte & 0x0f));
        }
    }
    mark
}

/// The owner that a mark names; nothing when the text is no mark.
///
/// Only what [`encode`] writes is a mark, so a text that merely resembles one is never taken for ownership.
pub fn decode(mark: &str) -> Option<String> {
    let mut rest = mark.strip_prefix(PREFIX)?.bytes();
    let mut owner = Vec::with_capacity(rest.len());
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            owner.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            owner.push(byte);
        }
    }
    let owner = String::from_utf8(owner).ok()?;
    (encode(&owner) == mark).then_some(owner)
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn a_usual_owner_is_readable_in_its_mark() {
        assert_eq!(
            encode("6f1e/DNSRecord/shop/web"),
            "maquette/v1 owner=6f1e/DNSRecord/shop/web"
        );
    }

    #[test]
    fn every_owner_comes_back_from_its_mark() {
        for owner in [
            "",
            "a/b",
            "with \"quotes\" and \\",
            "ümlaut\n",
            "100%25",
            "a=b c",
        ] {
            let mark = encode(owner);
            assert!(
                mark.is_ascii() && !mark.contains(['"', '\\', '\n']),
                "{mark}"
            );
            assert_eq!(decode(&mark).as_deref(), Some(owner));
        }
    }

    #[test]
    fn what_only_resembles_a_mark_is_none() {
        for text in [
            "",
            "owner=a",
            "maquette/v2 owner=a",
            "maquette/v1 owner=a b",
            "maquette/v1 owner=%4",
            "maquette/v1 owner=%41",
            " maquette/v1 owner=a",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
