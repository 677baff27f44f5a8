//! One reference.

use std::fmt;

/// `${namespace::path}`: a place that a value comes from.
///
/// Only [`Template`](super::Template) makes one, so the namespace is a word and the path has at least one segment,
/// none of them empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    namespace: String,
    path: Vec<String>,
}

impl Reference {
    pub(super) fn new(namespace: &str, path: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            path: path.split('.').map(str::to_owned).collect(),
        }
    }

    /// What stands before `::`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What stands after `::`, split at its dots.
    pub fn path(&self) -> &[String] {
        &self.path
    }
}

impl fmt::Display for Reference {
    /// As it is written in a manifest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}::{}}}", self.namespace, self.path.join("."))
    }
}
