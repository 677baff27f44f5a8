//! What the documentation promises, checked.

use std::collections::BTreeSet;
use std::fs;

use crate::root::root;

#[test]
fn every_reason_has_a_page_and_every_page_a_reason() {
    let pages: BTreeSet<String> = fs::read_dir(root().join("docs/reasons"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_string_lossy()
                .trim_end_matches(".md")
                .to_owned()
        })
        .filter(|name| name != "README")
        .collect();
    let reasons: BTreeSet<String> = maquette_api::reason::ALL
        .iter()
        .map(|reason| (*reason).to_owned())
        .collect();
    assert_eq!(pages, reasons);
    let index = fs::read_to_string(root().join("docs/reasons/README.md")).unwrap();
    let unlisted: Vec<&String> = reasons
        .iter()
        .filter(|reason| !index.contains(&format!("({reason}.md)")))
        .collect();
    assert!(
        unlisted.is_empty(),
        "docs/reasons/README.md does not list {unlisted:?}"
    );
}

#[test]
fn every_relative_link_of_the_documentation_leads_to_a_file() {
    let mut pages = vec![
        root().join("README.md"),
        root().join("ARCHITECTURE.md"),
        root().join("CONTRIBUTING.md"),
    ];
    for folder in ["docs", "docs/plugins", "docs/reasons"] {
        let entries = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        pages.extend(
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")),
        );
    }
    let mut broken = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.contains("://") && !target.is_empty()) {
            if !page.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The lines of the first example of a page of Rust documentation, without those that it hides.
fn example(text: &str) -> String {
    let code = text.split("```").nth(1).unwrap();
    let code = code.trim_start_matches("rust").trim();
    let shown = code.lines().filter(|line| !line.starts_with("# "));
    shown.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[test]
fn the_page_of_the_interfaces_shows_the_examples_that_the_sdk_tests() {
    let page = fs::read_to_string(root().join("docs/plugins/interfaces.md")).unwrap();
    let sdk = root().join("sdk/rust/src");
    let kinds = [
        "dns", "tunnel", "registry", "source", "builder", "bundler", "delivery",
    ];
    for kind in kinds {
        // The first example of all is that of the crate.
        let text = if kind == "dns" {
            let text = fs::read_to_string(sdk.join("lib.rs")).unwrap();
            let lines = text.lines().filter_map(|line| line.strip_prefix("//!"));
            let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
            lines.collect::<Vec<_>>().join("\n")
        } else {
            fs::read_to_string(sdk.join(kind).join("example.md")).unwrap()
        };
        let (_, section) = page.split_once(&format!("\n## {kind}\n")).unwrap();
        let example = example(&text);
        assert!(
            section.contains(&format!("```rust\n{example}\n```")),
            "docs/plugins/interfaces.md shows another example of {kind} than sdk/rust/src tests:\n{example}"
        );
    }
}
