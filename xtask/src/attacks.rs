//! The attacks that docs/security.md shows, and those that the attack suite makes: they are the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::root::root;

/// What stands before and after the table in docs/security.md; `cargo xtask bench hostile` writes what is between.
pub(crate) const BEGIN: &str = "<!-- attacks: written by `cargo xtask bench hostile` -->";
pub(crate) const END: &str = "<!-- end of the attacks -->";

pub(crate) fn page() -> PathBuf {
    root().join("docs/security.md")
}

/// `cargo xtask attacks`.
pub(crate) fn run() -> Result<()> {
    let path = page();
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let (tested, shown) = (tested()?, shown(&text)?);
    let missing: Vec<&String> = tested.difference(&shown).collect();
    let gone: Vec<&String> = shown.difference(&tested).collect();
    if missing.is_empty() && gone.is_empty() {
        println!(
            "docs/security.md shows the {} attacks of the suite",
            tested.len()
        );
        return Ok(());
    }
    bail!(
        "docs/security.md shows other attacks than tests/suites/tests/hostile makes; run `cargo xtask bench hostile`\n\
         missing on the page: {missing:#?}\nin no test: {gone:#?}"
    )
}

/// What the suite tries, by its source.
pub(crate) fn tested() -> Result<BTreeSet<String>> {
    let folder = root().join("tests/suites/tests/hostile");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "rs") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            found.extend(tried(&text));
        }
    }
    Ok(found)
}

/// What a source file tries: the second argument of `attack(GROUP, "…", …)`, and of each line of the macro `attacks!`.
fn tried(source: &str) -> Vec<String> {
    let calls = source.split("attack(").skip(1).filter_map(|rest| {
        let (group, rest) = rest.split_once(',')?;
        let group = group.trim();
        let named = group == "GROUP" || (group.starts_with('"') && group.ends_with('"'));
        named.then(|| quoted(rest)).flatten()
    });
    let table = source.split_once("\nattacks! {\n");
    let table = table.and_then(|(_, rest)| rest.split_once("\n}"));
    let lines = table.map_or("", |(lines, _)| lines).lines();
    let lines = lines
        .filter(|line| line.starts_with("    a") && !line.starts_with("     "))
        .filter_map(|line| quoted(line.split_once(',')?.1));
    calls.chain(lines).collect()
}

/// The string literal that a text begins with.
fn quoted(text: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix('"')?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// What the page shows: the second column of the table between the marks.
fn shown(page: &str) -> Result<BTreeSet<String>> {
    let (_, table, _) = parts(page)?;
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    Ok(rows
        .filter_map(|row| row.split(" | ").nth(1))
        .map(|cell| cell.trim().to_owned())
        .collect())
}

/// The page before, between and after the marks.
pub(crate) fn parts(page: &str) -> Result<(&str, &str, &str)> {
    let (before, rest) = page
        .split_once(BEGIN)
        .with_context(|| format!("docs/security.md lacks the line {BEGIN}"))?;
    let (table, after) = rest
        .split_once(END)
        .with_context(|| format!("docs/security.md lacks the line {END}"))?;
    Ok((before, table, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_are_found_in_calls_and_in_the_table_of_many() {
        let source = "const GROUP: &str = \"g\";\nmacro_rules! attacks {\n    attack(GROUP, $tried, async {})\n}\n\
            attacks! {\n    a_lie, \"a lie\", Pattern { .. }, async || {\n        other(\"no, this\")\n    };\n}\n\
            fn x() {\n    attack(\n        \"network\",\n        \"a name\",\n    );\n    attack(GROUP, \"a loop\", f)\n}\n\
            pub(crate) async fn attack(\n    group: &'static str,\n    tried: &'static str,\n";
        assert_eq!(tried(source), ["a name", "a loop", "a lie"]);
    }

    #[test]
    fn the_second_column_between_the_marks_is_what_is_shown() {
        let page = format!(
            "| a | no | b |\n{BEGIN}\n\n| group | tried | stopped |\n|---|---|---|\n| memory | growth | x |\n\n{END}\n"
        );
        assert_eq!(shown(&page).unwrap(), BTreeSet::from(["growth".to_owned()]));
        assert!(shown("nothing").is_err());
    }

    #[test]
    fn the_suite_makes_attacks() {
        assert!(tested().unwrap().len() > 50);
    }
}
