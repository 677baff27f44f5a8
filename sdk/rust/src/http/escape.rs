//! Texts as parts of URLs.

use std::fmt::Write as _;

/// A text as one segment of a path, or as a name or value of a query: everything but letters, digits and `-._~` as `%XX`
/// (RFC 3986, section 2.1).
pub fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, octet| {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            escaped.push(char::from(octet));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(escaped, "%{octet:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_text_ends_the_part_that_it_stands_in() {
        assert_eq!(escape("a-b_c.d~0"), "a-b_c.d~0");
        assert_eq!(
            escape("../a?b=c&d#e %ü"),
            "..%2Fa%3Fb%3Dc%26d%23e%20%25%C3%BC"
        );
    }
}
