//! The name of a new plugin. Pure.

use std::str::FromStr;

use anyhow::ensure;

/// Names that cargo or Rust keep for themselves
/// (<https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field>,
/// <https://doc.rust-lang.org/reference/keywords.html>).
const RESERVED: [&str; 52] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "use",
];

/// A DNS label that can also be the name of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the plugin's type, which does not occur in this text.
    pub(super) fn type_name(&self, text: &str) -> String {
        let words = self.0.split('-').map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        });
        let camel: String = words.collect();
        let is_taken = text
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .any(|word| word == camel);
        if is_taken
            || [
                "Some", "None", "Ok", "Err", "String", "Vec", "Option", "Self",
            ]
            .contains(&camel.as_str())
        {
            format!("{camel}Plugin")
        } else {
            camel
        }
    }
}

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_label = (1..=63).contains(&text.len())
            && text.starts_with(|letter: char| letter.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--")
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        ensure!(
            is_label,
            "`{text}` cannot be the name of a plugin: use lower case letters, digits and `-`, a letter first, at most 63 characters"
        );
        ensure!(
            !RESERVED.contains(&text),
            "`{text}` cannot be the name of a plugin, because Rust or cargo keep it for themselves; try `my-{text}`"
        );
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_a_dns_label_that_can_be_a_crate() {
        for text in ["mydns", "my-dns2", "a"] {
            assert_eq!(name(text).as_str(), text);
        }
        let long = "a".repeat(64);
        for text in [
            "",
            "MyDns",
            "2dns",
            "my_dns",
            "dns-",
            "a--b",
            "test",
            "dns/x",
            long.as_str(),
        ] {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_type_is_the_name_and_never_something_that_is_there_already() {
        assert_eq!(name("my-dns2").type_name("struct Config;"), "MyDns2");
        assert_eq!(name("config").type_name("struct Config;"), "ConfigPlugin");
        assert_eq!(name("option").type_name(""), "OptionPlugin");
    }
}
