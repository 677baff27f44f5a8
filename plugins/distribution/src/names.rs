//! Repositories, tags and digests as the distribution specification defines them. What is parsed goes into a path
//! without any escaping.

use std::fmt;

use maquette_sdk::{Error, Result};

/// A repository within a registry, for example `library/redis`: at most 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryPath(String);

/// A digest: `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

/// A tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A tag, at most 128 characters.
    Tag(String),
    /// A digest.
    Digest(Digest),
}

impl RepositoryPath {
    /// A repository of the registry at `authority`, written with or without it.
    ///
    /// # Errors
    /// What is no repository, or one of another registry.
    pub fn parse(text: &str, authority: &str) -> Result<Self> {
        let path = match text.split_once('/') {
            Some((host, rest)) if host == authority => rest,
            // The rule by which references are read everywhere: a dot, a port or `localhost` make a host.
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => {
                let message = format!(
                    "`{text}` is at the registry `{host}`, and this Provider reads `{authority}`"
                );
                return Err(Error::invalid("repository", message));
            }
            _ => text,
        };
        if path.len() <= 255 && path.split('/').all(is_component) {
            Ok(Self(path.to_owned()))
        } else {
            let message = format!(
                "`{text}` is no repository; write for example `{authority}/team/web`, in lower case and without a tag"
            );
            Err(Error::invalid("repository", message))
        }
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators_hold = text
        .split(word)
        .filter(|between| !between.is_empty())
        .all(|between| matches!(between, "." | "_" | "__") || between.chars().all(|c| c == '-'));
    text.starts_with(word) && text.ends_with(word) && separators_hold
}

impl Digest {
    /// A digest.
    ///
    /// # Errors
    /// What is none.
    pub fn parse(text: &str) -> Result<Self> {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if hex.len() == 64 && hex.chars().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            let message =
                format!("`{text}` is no digest; it is `sha256:` and 64 hexadecimal digits");
            Err(Error::invalid("digest", message))
        }
    }

    /// `sha256:` and the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag under which referrers are listed where a registry has no API for them.
    pub fn fallback_tag(&self) -> String {
        self.0.replace(':', "-")
    }
}

impl Reference {
    /// A tag or a digest.
    ///
    /// # Errors
    /// What is neither.
    pub fn parse(text: &str) -> Result<Self> {
        if text.contains(':') {
            return Digest::parse(text).map(Self::Digest);
        }
        let first = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = |c: char| first(c) || c == '.' || c == '-';
        if (1..=128).contains(&text.len()) && text.starts_with(first) && text.chars().all(rest) {
            Ok(Self::Tag(text.to_owned()))
        } else {
            let message = format!("`{text}` is neither a tag nor a digest");
            Err(Error::invalid("reference", message))
        }
    }

    /// As it stands in a path.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tag(tag) => tag,
            Self::Digest(digest) => digest.as_str(),
        }
    }
}

impl fmt::Display for RepositoryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        RepositoryPath::parse(text, "registry.test:5000")
            .ok()
            .map(|path| path.0)
    }

    #[test]
    fn a_repository_is_known_with_and_without_its_registry() {
        assert_eq!(path("registry.test:5000/team/web").unwrap(), "team/web");
        assert_eq!(path("team/web").unwrap(), "team/web");
        assert_eq!(path("web").unwrap(), "web");
        assert_eq!(path("a--b/c__d.e").unwrap(), "a--b/c__d.e");
    }

    #[test]
    fn another_registry_and_what_is_no_repository_are_refused() {
        for text in [
            "other.test/web",
            "localhost/web",
            "",
            "/",
            "a/",
            "A",
            "a..b",
            "a/../b",
            "a___b",
            "-a",
            "a?n=1",
            "a%2f",
            "web:1",
        ] {
            assert_eq!(path(text), None, "{text}");
        }
    }

    #[test]
    fn references_are_tags_or_digests_and_nothing_else() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert!(matches!(
            Reference::parse(&digest),
            Ok(Reference::Digest(_))
        ));
        assert!(matches!(Reference::parse("v1.2_x-"), Ok(Reference::Tag(_))));
        for text in ["", ".a", "a/b", "sha256:12", "a b", "a?b", &"a".repeat(129)] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
