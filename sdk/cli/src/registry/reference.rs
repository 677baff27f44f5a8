//! Where a plugin is or goes to.

use std::str::FromStr;

use maquette_host::{Digest, ReferenceError, Repository, Tag, Version};

/// A repository, with a tag or digest where one was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) repository: Repository,
    pub(crate) version: Option<Version>,
}

impl Target {
    /// The form that the registry client takes.
    pub(crate) fn at(&self, version: &Version) -> oci_client::Reference {
        let (registry, path) = (
            self.repository.registry().to_owned(),
            self.repository.path().to_owned(),
        );
        match version {
            Version::Digest(digest) => {
                oci_client::Reference::with_digest(registry, path, digest.to_string())
            }
            Version::Tag(_) | Version::Range(_) => {
                oci_client::Reference::with_tag(registry, path, version.to_string())
            }
        }
    }
}

impl FromStr for Target {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if let Some((repository, digest)) = text.split_once('@') {
            // A tag in front of a digest says nothing more.
            let (repository, _) = split_tag(repository);
            let version = Version::Digest(digest.parse::<Digest>()?);
            return Ok(Self {
                repository: repository.parse()?,
                version: Some(version),
            });
        }
        let (repository, tag) = split_tag(text);
        let version = tag.map(str::parse::<Tag>).transpose()?.map(Version::Tag);
        Ok(Self {
            repository: repository.parse()?,
            version,
        })
    }
}

/// A colon in the last part of the path starts a tag; one before it starts a port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn parse(text: &str) -> (String, Option<String>) {
        let target: Target = text.parse().unwrap();
        (
            target.repository.to_string(),
            target.version.map(|version| version.to_string()),
        )
    }

    #[test]
    fn ports_tags_and_digests_are_told_apart() {
        assert_eq!(parse("r.example/a/b"), ("r.example/a/b".into(), None));
        assert_eq!(parse("r.example:5000/a"), ("r.example:5000/a".into(), None));
        assert_eq!(
            parse("r.example:5000/a:1.2"),
            ("r.example:5000/a".into(), Some("1.2".into()))
        );
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(
            parse(&format!("r.example/a@{digest}")),
            ("r.example/a".into(), Some(digest.clone()))
        );
        assert_eq!(
            parse(&format!("r.example/a:1@{digest}")),
            ("r.example/a".into(), Some(digest))
        );
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "powerdns",
            "powerdns:1",
            "r.example/a:",
            "r.example/a@sha256:1",
            "r.example/A",
            "r.example/a:b c",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
