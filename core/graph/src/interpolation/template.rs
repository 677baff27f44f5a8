//! One string with references in it.

use std::{fmt, str::FromStr};

use super::{Malformed, MalformedReason, Reference};
use crate::nearest::is_misspelled;

/// Namespaces of references. Text with another one stays as it is, such as a shell's `${SHA::7}`.
pub const NAMESPACES: [&str; 4] = ["components", "workspace", "component", "outputs"];

/// How many characters of a malformed reference an error shows.
const SHOWN: usize = 40;

/// A string, taken apart into literal text and references.
///
/// Its [`fmt::Display`] is a text that parses to the same template.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text that means itself, never empty and never next to another; escapes are already undone.
    Literal(String),
    /// A reference to be replaced.
    Reference(Reference),
}

impl Template {
    /// Takes `text` apart, in time proportional to its length.
    ///
    /// # Errors
    /// The first malformed reference.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("$${") {
                literal.push_str("${");
                at += "$${".len();
            } else if let Some(namespace) = opening(rest) {
                let start = at + "${".len() + namespace.len() + "::".len();
                let path = path(text, start)
                    .map_err(|(wrong, reason)| malformed(text, at, wrong, reason))?;
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Reference(Reference::new(namespace, path)));
                at = start + path.len() + "}".len();
            } else {
                let plain = plain_length(rest);
                literal.extend(rest.get(..plain));
                at += plain;
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }

    /// The pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The references in order, each as often as it is written.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Reference(reference) => Some(reference),
        })
    }

    /// The text with every reference replaced by what `resolve` gives for it. All references are asked for, also after
    /// one of them failed.
    ///
    /// # Errors
    /// What `resolve` refused, with the reference.
    pub fn render<E>(
        &self,
        mut resolve: impl FnMut(&Reference) -> Result<String, E>,
    ) -> Result<String, Vec<(Reference, E)>> {
        let mut text = String::new();
        let mut errors = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Reference(reference) => match resolve(reference) {
                    Ok(value) => text.push_str(&value),
                    Err(error) => errors.push((reference.clone(), error)),
                },
            }
        }
        if errors.is_empty() {
            Ok(text)
        } else {
            Err(errors)
        }
    }
}

impl FromStr for Template {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Literal(literal) => f.write_str(&escape(literal))?,
                Part::Reference(reference) => reference.fmt(f)?,
            }
        }
        Ok(())
    }
}

/// Writes `text` so that, parsed as a template, it means itself.
pub fn escape(text: &str) -> String {
    text.replace("${", "$${")
}

/// The namespace, if `rest` begins with `${namespace::`. Looks no further than the beginning of the path.
fn opening(rest: &str) -> Option<&str> {
    let body = rest.strip_prefix("${")?;
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    let (word, after) = body.split_at_checked(end)?;
    let path = after.strip_prefix("::")?;
    (NAMESPACES.contains(&word) || is_typo(word, path)).then_some(word)
}

/// A misspelled namespace is reported with the right one, except where the text is a shell's substring `${name::7}`.
fn is_typo(word: &str, path: &str) -> bool {
    path.starts_with(|c: char| c.is_ascii_alphabetic()) && is_misspelled(word, &NAMESPACES)
}

/// How much of `rest`, which begins with neither an escape nor a reference, is certainly literal.
fn plain_length(rest: &str) -> usize {
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(first..)
        .and_then(|after| after.find('$'))
        .map_or(rest.len(), |dollar| first + dollar)
}

/// The path that begins at byte `start` and ends before `}`; else the byte at which it goes wrong.
fn path(text: &str, start: usize) -> Result<&str, (usize, MalformedReason)> {
    let mut segment_is_empty = true;
    for (offset, c) in text.get(start..).unwrap_or_default().char_indices() {
        let here = start + offset;
        match c {
            '.' | '}' if segment_is_empty => return Err((here, MalformedReason::EmptySegment)),
            '}' => return Ok(text.get(start..here).unwrap_or_default()),
            '.' => segment_is_empty = true,
            '$' | '{' | ':' | '"' | '\'' | '`' | '\\' => {
                return Err((here, MalformedReason::Character(c)));
            }
            c if c.is_whitespace() || c.is_control() => {
                return Err((here, MalformedReason::Character(c)));
            }
            _ => segment_is_empty = false,
        }
    }
    Err((text.len(), MalformedReason::Unclosed))
}

fn malformed(text: &str, start: usize, wrong: usize, reason: MalformedReason) -> Malformed {
    Malformed {
        position: text.get(..wrong).unwrap_or_default().chars().count() + 1,
        text: text
            .get(start..)
            .unwrap_or_default()
            .chars()
            .take(SHOWN)
            .collect(),
        reason,
    }
}
