//! What the conformance suite does not ask: that the host needed nothing more for a language, and that what a runtime
//! carries along opens nothing.

use std::path::Path;

use super::built::{Language, built, component};

#[test]
fn no_language_imports_files_or_sockets() {
    for language in Language::ALL {
        let imports = maquette_host::inspect(&component(language))
            .unwrap()
            .imports;
        let open = imports
            .iter()
            .find(|name| name.contains("filesystem") || name.contains("sockets"));
        assert_eq!(open, None, "{language:?}");
    }
}

#[test]
fn every_language_says_what_it_is_in_the_same_words() {
    for language in Language::ALL {
        let wasm = component(language);
        let manifest = maquette_host::inspect(&wasm).unwrap().manifest.unwrap();
        assert_eq!(
            manifest.name,
            format!("memory-zone-{}", format!("{language:?}").to_lowercase())
        );
        assert_eq!(manifest.credentials.len(), 1, "{language:?}");
        assert_eq!(manifest.config_schema["required"][0], "url", "{language:?}");
    }
}

/// The plugin tries to open what a program finds on every machine, and to connect, and says what came of each.
#[test]
fn a_runtime_that_carries_files_and_sockets_along_opens_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages/opens");
    let manifest = maquette_host::inspect(&built(&folder, Language::Python))
        .unwrap()
        .manifest
        .unwrap();
    let attempts: Vec<&str> = manifest.summary.split("; ").collect();
    assert_eq!(attempts.len(), 4, "{attempts:?}");
    for attempt in attempts {
        assert!(attempt.contains("refused"), "{attempt}");
    }
}
