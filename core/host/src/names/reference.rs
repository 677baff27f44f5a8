use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};

/// Registry and repository of an artifact, without tag and digest: `registry.example.com/maquette/powerdns`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    registry: String,
    path: String,
}

/// Digest of an artifact's manifest or of a blob: `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// Why a text is not a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// There is no registry in it.
    #[error("`{0}` names no registry; write it like `registry.example.com/team/plugin`")]
    NoRegistry(String),
    /// A tag or digest is in it.
    #[error(
        "`{0}` carries a tag or digest; write the repository alone and the version in its own field"
    )]
    Versioned(String),
    /// Its repository path is malformed.
    #[error(
        "`{0}` is not a repository: lower-case letters, digits and `.`, `_`, `-` between them, parts separated by `/`"
    )]
    Path(String),
    /// Not a digest.
    #[error("`{0}` is not a digest; it is `sha256:` followed by 64 hexadecimal digits")]
    Digest(String),
    /// Not a tag.
    #[error(
        "`{0}` is not a tag: at most 128 letters, digits, `.`, `_` and `-`, not starting with `.` or `-`"
    )]
    Tag(String),
    /// Not a version constraint.
    #[error("`{text}` is not a version constraint ({source}); write it like `~1.2` or `>=1.4, <2`")]
    Range {
        /// What was given.
        text: String,
        /// What the parser says.
        source: RangeError,
    },
}

/// A `semver::Error` that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RangeError(pub(super) String);

impl Repository {
    /// `host` or `host:port`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path within the registry.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl FromStr for Repository {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (registry, path) = text
            .split_once('/')
            .ok_or_else(|| ReferenceError::NoRegistry(text.into()))?;
        let looks_like_a_host = registry == "localhost" || registry.contains(['.', ':']);
        // A URL parser decides what a host is, so that the name that is checked is the one that is called.
        let parsed = url::Url::parse(&format!("https://{registry}/"));
        let is_a_host = parsed.is_ok_and(|url| {
            url.username().is_empty()
                && url.password().is_none()
                && url.path() == "/"
                && url.has_host()
        });
        if !looks_like_a_host || !is_a_host {
            return Err(ReferenceError::NoRegistry(text.into()));
        }
        if path.contains(['@', ':']) {
            return Err(ReferenceError::Versioned(text.into()));
        }
        if path.len() > 255 || !path.split('/').all(is_path_component) {
            return Err(ReferenceError::Path(text.into()));
        }
        Ok(Self {
            registry: registry.to_ascii_lowercase(),
            path: path.into(),
        })
    }
}

/// OCI distribution specification: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_path_component(part: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part
        .split(alphanumeric)
        .filter(|separator| !separator.is_empty());
    part.starts_with(alphanumeric)
        && part.ends_with(alphanumeric)
        && separators
            .into_iter()
            .all(|s| matches!(s, "." | "_" | "__") || s.chars().all(|c| c == '-'))
}

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("sha256:{}", hex::encode(Sha256::digest(bytes))))
    }

    /// The 64 hexadecimal digits.
    pub fn hex(&self) -> &str {
        self.0.trim_start_matches("sha256:")
    }
}

impl FromStr for Digest {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        if digits.len() == 64 && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
            Ok(Self(text.into()))
        } else {
            Err(ReferenceError::Digest(text.into()))
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_a_registry_and_a_path() {
        let repository: Repository = "Registry.example.com:5000/maquette/power__dns"
            .parse()
            .unwrap();
        assert_eq!(
            (repository.registry(), repository.path()),
            ("registry.example.com:5000", "maquette/power__dns")
        );
        let refused = |text: &str| text.parse::<Repository>().unwrap_err();
        assert_eq!(
            refused("powerdns"),
            ReferenceError::NoRegistry("powerdns".into())
        );
        assert_eq!(
            refused("team/powerdns"),
            ReferenceError::NoRegistry("team/powerdns".into())
        );
        assert_eq!(
            refused("r.example/a:1.0"),
            ReferenceError::Versioned("r.example/a:1.0".into())
        );
        assert_eq!(
            refused("u@r.example/a"),
            ReferenceError::NoRegistry("u@r.example/a".into())
        );
        for path in [
            "r.example/../x",
            "r.example/A",
            "r.example/a//b",
            "r.example/-a",
            "r.example/a?b",
            "r.example/",
        ] {
            assert_eq!(refused(path), ReferenceError::Path(path.into()));
        }
    }
}
