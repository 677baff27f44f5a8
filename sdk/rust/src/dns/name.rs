//! A parsed domain name.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A domain name in the contract's form: absolute, lower case, without the final dot; the first label may be `*`.
///
/// Limits are those of RFC 1035, section 2.3.4: 63 octets for a label, 253 characters for a name. Labels consist of
/// letters, digits, `-` and `_`; other octets are legal in DNS but no host name needs them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// Why a text is no domain name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing between two dots, or nothing at all.
    #[error(
        "`{0}` has an empty label; write labels separated by single dots, for example `www.example.com`"
    )]
    EmptyLabel(String),
    /// A label of more than 63 characters.
    #[error("`{0}` has a label of more than 63 characters, which DNS does not allow")]
    LongLabel(String),
    /// More than 253 characters.
    #[error("`{0}` has more than 253 characters, which DNS does not allow")]
    LongName(String),
    /// A character that no host name has.
    #[error("`{name}` contains `{character}`; use letters, digits, `-` and `_`")]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// A `*` that is not the whole first label.
    #[error("`{0}` has a `*` that is not the whole first label; write for example `*.example.com`")]
    Wildcard(String),
}

impl Name {
    /// The name as the contract writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with its final dot, as zone files and most DNS servers' interfaces write it.
    pub fn absolute(&self) -> String {
        format!("{}.", self.0)
    }

    /// Whether this is `zone` itself or below it.
    pub fn is_within(&self, zone: &Self) -> bool {
        self.0
            .strip_suffix(zone.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        if name.len() > 253 {
            return Err(NameError::LongName(name));
        }
        for (position, label) in name.split('.').enumerate() {
            check_label(&name, position, label)?;
        }
        Ok(Self(name))
    }
}

fn check_label(name: &str, position: usize, label: &str) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel(name.to_owned()));
    }
    if label.len() > 63 {
        return Err(NameError::LongLabel(name.to_owned()));
    }
    if label == "*" && position == 0 && name.len() > 1 {
        return Ok(());
    }
    match label
        .chars()
        .find(|&c| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
    {
        None => Ok(()),
        Some('*') => Err(NameError::Wildcard(name.to_owned())),
        Some(character) => Err(NameError::Character {
            name: name.to_owned(),
            character,
        }),
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, NameError};

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn case_and_the_final_dot_are_representation() {
        assert_eq!(name("WWW.Example.com."), name("www.example.com"));
        assert_eq!(name("www.example.com").absolute(), "www.example.com.");
    }

    #[test]
    fn a_name_is_within_its_zone_only_at_a_label_boundary() {
        let zone = name("example.com");
        assert!(name("example.com").is_within(&zone));
        assert!(name("a.b.example.com").is_within(&zone));
        assert!(name("*.example.com").is_within(&zone));
        assert!(!name("badexample.com").is_within(&zone));
        assert!(!name("com").is_within(&zone));
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        let parse = |text: &str| text.parse::<Name>().unwrap_err();
        assert_eq!(parse(""), NameError::EmptyLabel(String::new()));
        assert_eq!(parse("a..b"), NameError::EmptyLabel("a..b".into()));
        assert_eq!(parse("a.b.."), NameError::EmptyLabel("a.b.".into()));
        assert_eq!(parse("a.*.b"), NameError::Wildcard("a.*.b".into()));
        assert_eq!(parse("*"), NameError::Wildcard("*".into()));
        assert_eq!(parse("a*.b"), NameError::Wildcard("a*.b".into()));
        assert_eq!(
            parse("a b.c"),
            NameError::Character {
                name: "a b.c".into(),
                character: ' '
            }
        );
        assert_eq!(
            parse("a/b"),
            NameError::Character {
                name: "a/b".into(),
                character: '/'
            }
        );
        let long = format!("{}.b", "a".repeat(64));
        assert_eq!(parse(&long), NameError::LongLabel(long.clone()));
        let deep = ["a"; 128].join(".");
        assert_eq!(parse(&deep), NameError::LongName(deep.clone()));
    }
}
