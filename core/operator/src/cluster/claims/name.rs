//! A host name in the order of the table.

use std::fmt;

/// A host name with its labels in reverse, so that all names below one follow each other: `test.preview.shop`, and
/// `test.preview.*` for the wildcard `*.preview.test`.
///
/// A name whose first labels begin with `_`, such as `_acme-challenge.shop.preview.test`, speaks for the host behind them
/// and counts as that host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn of(host: &str) -> Self {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let mut labels: Vec<&str> = host
            .split('.')
            .skip_while(|label| label.starts_with('_'))
            .collect();
        labels.reverse();
        Self(labels.join("."))
    }

    /// The wildcards above this name: every `*.` of a domain in which it lies.
    pub(super) fn wildcards(&self) -> Vec<Self> {
        let own = self.0.strip_suffix(".*").unwrap_or(&self.0);
        let ends = own.match_indices('.').map(|(at, _)| at);
        ends.filter_map(|end| own.get(..end))
            .map(|above| Self(format!("{above}.*")))
            .collect()
    }

    /// The range of all names below a wildcard, with itself; `None` for a name without one.
    pub(super) fn below(&self) -> Option<(Self, Self)> {
        let above = self.0.strip_suffix('*')?;
        // '/' is the character after '.'.
        let end = format!("{}/", above.strip_suffix('.')?);
        Some((Self(above.to_owned()), Self(end)))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
