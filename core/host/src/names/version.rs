use std::{fmt, str::FromStr};

use super::{Digest, ReferenceError, reference::RangeError};

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
