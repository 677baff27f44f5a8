//! What was published.

use std::fmt::Write as _;

use serde::Serialize;

use super::plan::{Item, Kind};

/// Everything, in the order of the work.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// False where it was only planned.
    pub(super) published: bool,
    pub(super) items: Vec<Row>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// With the tag.
    pub(super) reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    /// Media types of the documents beside it.
    pub(super) attached: Vec<String>,
    /// The key, by its fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signed_by: Option<String>,
    /// Whether anything of it was not there before.
    pub(super) new: bool,
}

impl Report {
    pub(super) fn planned(items: &[Item]) -> Self {
        let row = |item: &Item| Row {
            kind: item.kind,
            name: item.name.clone(),
            reference: item.reference(),
            digest: None,
            attached: Vec::new(),
            signed_by: None,
            new: false,
        };
        Self {
            published: false,
            items: items.iter().map(row).collect(),
        }
    }

    pub(super) fn text(&self) -> String {
        let width = self
            .items
            .iter()
            .map(|row| row.reference.len())
            .max()
            .unwrap_or_default();
        let mut text = String::new();
        for row in &self.items {
            let digest = row.digest.as_deref().unwrap_or("would be published");
            let signed = row
                .signed_by
                .as_deref()
                .map_or("not signed".to_owned(), |key| format!("signed by {key}"));
            let news = if row.new { "new" } else { "there already" };
            let rest = if self.published {
                format!("{digest}  {signed}  {news}")
            } else {
                digest.to_owned()
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:<width$}  {rest}", row.reference);
        }
        if self.published && !self.items.iter().any(|row| row.new) {
            text.push_str("Nothing new was pushed.\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(new: bool) -> Report {
        let row = |name: &str, new: bool| Row {
            kind: Kind::Plugin,
            name: name.to_owned(),
            reference: format!("r/{name}:1"),
            digest: Some("sha256:00".to_owned()),
            attached: Vec::new(),
            signed_by: Some("key 12".to_owned()),
            new,
        };
        Report {
            published: true,
            items: vec![row("a", false), row("long", new)],
        }
    }

    #[test]
    fn a_run_that_pushed_nothing_says_so() {
        assert_eq!(
            report(false).text(),
            "r/a:1     sha256:00  signed by key 12  there already\n\
             r/long:1  sha256:00  signed by key 12  there already\n\
             Nothing new was pushed.\n"
        );
        assert!(report(true).text().ends_with("signed by key 12  new\n"));
    }
}
