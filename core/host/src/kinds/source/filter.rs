//! The changes that are wanted. The host filters, so that no plugin does. Pure.

use serde::Deserialize;
use wasmtime::component::{ComponentType, Lower};

use super::Change;

/// The changes that are wanted. Empty lists allow everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Filter {
    /// Labels of which a change carries at least one.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Branches that it goes into, as globs: `*` stands for anything within one part between slashes, `**` for anything, `?` for
    /// one character.
    #[serde(default)]
    pub base_branches: Vec<String>,
    /// Branches that it comes from, as globs.
    #[serde(default)]
    pub head_branches: Vec<String>,
    /// Whether drafts count.
    #[serde(default)]
    pub drafts: bool,
}

/// `filter` of the contract: a hint for the plugin.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Hinted {
    labels: Vec<String>,
    drafts: bool,
}

impl Filter {
    pub(super) fn hint(&self) -> Hinted {
        Hinted {
            labels: self.labels.clone(),
            drafts: self.drafts,
        }
    }

    /// Whether the change is wanted.
    pub(super) fn wants(&self, change: &Change) -> bool {
        let labelled = |label: &String| change.labels.contains(label);
        let fits = |globs: &[String], branch: &str| {
            globs.is_empty() || globs.iter().any(|glob| matches(glob, branch))
        };
        (self.drafts || !change.draft)
            && (self.labels.is_empty() || self.labels.iter().any(labelled))
            && fits(&self.base_branches, &change.base_branch)
            && fits(&self.head_branches, &change.head_branch)
    }
}

/// Whether a glob fits a text, in time that grows with the product of their lengths.
fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    // Whether what was read of the glob fits the first so many characters of the text.
    let mut fits: Vec<bool> = (0..=text.len()).map(|length| length == 0).collect();
    let mut rest = glob.as_slice();
    while let Some((token, after)) = rest.split_first() {
        let (any, after) = match (token, after.split_first()) {
            ('*', Some(('*', after))) => (Some(true), after),
            ('*', _) => (Some(false), after),
            _ => (None, after),
        };
        rest = after;
        fits = if let Some(crosses) = any {
            starred(&fits, &text, crosses)
        } else {
            let one =
                |(fits, c): (&bool, &char)| *fits && (token == c || *token == '?' && *c != '/');
            let shifted = fits.iter().zip(&text).map(one);
            std::iter::once(false).chain(shifted).collect()
        };
    }
    fits.last().copied().unwrap_or_default()
}

/// The same after a star, which takes any number of characters; slashes only where it crosses them.
fn starred(fits: &[bool], text: &[char], crosses: bool) -> Vec<bool> {
    let mut going = false;
    let characters = std::iter::once(None).chain(text.iter().map(Some));
    let taken = fits.iter().zip(characters).map(|(fits, c)| {
        going = *fits || going && (crosses || c != Some(&'/'));
        going
    });
    taken.collect()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_glob_means_the_same_for_every_forge() {
        for (glob, text, expected) in [
            ("main", "main", true),
            ("main", "maine", false),
            ("*", "main", true),
            ("*", "feature/a", false),
            ("**", "feature/a", true),
            ("feature/*", "feature/a", true),
            ("feature/*", "feature/a/b", false),
            ("feature/**", "feature/a/b", true),
            ("**/b", "feature/a/b", true),
            ("release/?.x", "release/1.x", true),
            ("release/?.x", "release/10.x", false),
            ("a?b", "a/b", false),
            ("*a*a*a*", "aaa", true),
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
            ("ü*", "übung", true),
        ] {
            assert_eq!(matches(glob, text), expected, "{glob} {text}");
        }
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
    }
}
