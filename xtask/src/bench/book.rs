//! Keeps the figures in docs/figures.md, each measurement in a section of its own that the next run replaces.

use std::fs;

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::figure::Section;
use super::machine;
use crate::root::root;

const HEAD: &str = "# Figures

Measured by `cargo xtask bench`, which writes this page; each section names the command that measures it again.
Counts of requests and writes are exact. Times were measured while the machine did other work too: they are upper bounds.

";

/// Replaces the section of one measurement.
pub(super) fn keep(name: &str, command: &str, profile: &str, section: &Section) -> Result<()> {
    let path = root().join("docs/figures.md");
    let page = fs::read_to_string(&path).unwrap_or_else(|_| HEAD.to_owned());
    let date = Timestamp::now().strftime("%Y-%m-%d");
    let mut text = format!(
        "## {name}\n\n`{command}`, {date}, {}, operator built for {profile}.\n\n{}",
        machine::describe(),
        section.table()
    );
    for note in &section.notes {
        text.extend(["\n", note, "\n"]);
    }
    fs::write(&path, replaced(&page, name, &text))
        .with_context(|| format!("writing {}", path.display()))
}

/// The page with the section of this name replaced, or added at its end.
fn replaced(page: &str, name: &str, section: &str) -> String {
    let mut parts = page.split("\n## ");
    let mut text = parts.next().unwrap_or_default().trim_end().to_owned();
    let mut found = false;
    for part in parts {
        if part.lines().next() == Some(name) {
            found = true;
            text.extend(["\n\n", section.trim_end()]);
        } else {
            text.extend(["\n\n## ", part.trim_end()]);
        }
    }
    if !found {
        text.extend(["\n\n", section.trim_end()]);
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_section_is_added_once_and_then_replaced_in_its_place() {
        let page = replaced("# Figures\n\nIntroduction.\n\n", "a", "## a\n\n1\n");
        let page = replaced(&page, "b", "## b\n\n2\n");
        let page = replaced(&page, "a", "## a\n\n3\n");
        assert_eq!(
            page,
            "# Figures\n\nIntroduction.\n\n## a\n\n3\n\n## b\n\n2\n"
        );
    }
}
