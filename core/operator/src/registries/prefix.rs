use maquette_host::{ReferenceError, Repository};
use std::{fmt, str::FromStr};

/// A registry, or the beginning of repositories in it, in whole parts: `registry.example.com/team` covers
/// `registry.example.com/team` and `registry.example.com/team/plugin`, not `registry.example.com/teams`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    registry: String,
    /// Empty for the whole registry.
    path: String,
}

/// One decision for each prefix.
#[derive(Debug)]
pub(super) struct Prefixes<T>(Vec<(Prefix, T)>);

impl Prefix {
    /// What of the repository comes after the prefix, without a leading `/`; nothing where it is not covered.
    pub(super) fn rest<'a>(&self, repository: &'a Repository) -> Option<&'a str> {
        if self.registry != repository.registry() {
            return None;
        }
        if self.path.is_empty() {
            return Some(repository.path());
        }
        let rest = repository.path().strip_prefix(&self.path)?;
        if rest.is_empty() {
            return Some(rest);
        }
        rest.strip_prefix('/')
    }

    /// The prefix with this after it.
    pub(super) fn join(&self, rest: &str) -> String {
        if rest.is_empty() {
            self.to_string()
        } else {
            format!("{self}/{rest}")
        }
    }
}

impl FromStr for Prefix {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_suffix('/').unwrap_or(text);
        // One part more makes every prefix a repository.
        let repository: Repository = format!("{text}/x").parse()?;
        let path = repository.path().strip_suffix('x').unwrap_or_default();
        Ok(Self {
            registry: repository.registry().to_owned(),
            path: path.trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.registry)?;
        if self.path.is_empty() {
            return Ok(());
        }
        write!(f, "/{}", self.path)
    }
}

impl<T> Prefixes<T> {
    /// Makes them findable.
    ///
    /// # Errors
    /// The prefix that is there twice.
    pub(super) fn new(mut entries: Vec<(Prefix, T)>) -> Result<Self, Prefix> {
        let twice = entries.iter().enumerate().find_map(|(at, (prefix, _))| {
            let again = entries
                .iter()
                .skip(at + 1)
                .any(|(other, _)| other == prefix);
            again.then(|| prefix.clone())
        });
        if let Some(prefix) = twice {
            return Err(prefix);
        }
        entries.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.path.len()));
        Ok(Self(entries))
    }

    /// The decision of the longest prefix that covers it.
    pub(super) fn find(&self, repository: &Repository) -> Option<(&Prefix, &T)> {
        self.0
            .iter()
            .find(|(prefix, _)| prefix.rest(repository).is_some())
            .map(|(prefix, decision)| (prefix, decision))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, decision)| decision)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Prefixes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
