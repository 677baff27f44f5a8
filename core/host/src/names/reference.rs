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

/// A tag (OCI distribution specification: at most 128 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

/// Which version of a plugin is wanted.
///
/// As text: a digest is `sha256:…`; a range contains an operator (`~1.2`, `>=1, <2`, `1.*`, `^2`); all else is a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// Exactly this manifest.
    Digest(Digest),
    /// What this tag points to now.
    Tag(Tag),
    /// The highest tag that is a semantic version in this range.
    Range(semver::VersionReq),
}

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
pub struct RangeError(String);

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

impl Tag {
    /// The semantic version that the tag is, with or without a leading `v`; `_` stands for `+`, which tags cannot hold.
    pub fn version(&self) -> Option<semver::Version> {
        let text = self.0.strip_prefix('v').unwrap_or(&self.0);
        semver::Version::parse(&text.replace('_', "+")).ok()
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if (1..=128).contains(&text.len())
            && text.chars().all(allowed)
            && !text.starts_with(['.', '-'])
        {
            Ok(Self(text.into()))
        } else {
            Err(ReferenceError::Tag(text.into()))
        }
    }
}

impl FromStr for Version {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("sha256:") {
            return text.parse().map(Self::Digest);
        }
        if text.contains(['^', '~', '<', '>', '=', '*', ',']) {
            return match semver::VersionReq::parse(text) {
                Ok(range) => Ok(Self::Range(range)),
                Err(error) => Err(ReferenceError::Range {
                    text: text.into(),
                    source: RangeError(error.to_string()),
                }),
            };
        }
        text.parse().map(Self::Tag)
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

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => digest.fmt(f),
            Self::Tag(tag) => tag.fmt(f),
            Self::Range(range) => range.fmt(f),
        }
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

    #[test]
    fn versions_are_digests_ranges_or_tags() {
        let digest = Digest::of(b"x");
        assert_eq!(
            digest.to_string().parse::<Version>().unwrap(),
            Version::Digest(digest)
        );
        assert!(matches!("~1.2".parse().unwrap(), Version::Range(_)));
        assert!(matches!(">=1, <2".parse().unwrap(), Version::Range(_)));
        assert_eq!(
            "1.2".parse::<Version>().unwrap(),
            Version::Tag(Tag("1.2".into()))
        );
        assert!(matches!(
            "sha256:12".parse::<Version>(),
            Err(ReferenceError::Digest(_))
        ));
        assert!(matches!(
            "~one".parse::<Version>(),
            Err(ReferenceError::Range { .. })
        ));
        assert!(matches!(
            "a b".parse::<Version>(),
            Err(ReferenceError::Tag(_))
        ));
    }

    #[test]
    fn a_tag_may_be_a_version_with_a_prefix_and_build_metadata() {
        let version = |tag: &str| {
            tag.parse::<Tag>()
                .unwrap()
                .version()
                .map(|version| version.to_string())
        };
        assert_eq!(version("v1.2.3"), Some("1.2.3".into()));
        assert_eq!(version("1.2.3_build.5"), Some("1.2.3+build.5".into()));
        assert_eq!(version("latest"), None);
    }
}
