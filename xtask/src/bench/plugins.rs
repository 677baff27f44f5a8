//! What plugins cost in each language, and what a hostile one costs the others.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Bench;
use super::figure::{Figure, Section, short};
use super::guests::{example, guest};
use crate::cargo::cargo;
use crate::root::{root, target};
use crate::step::step;

/// Where the suite of the languages puts the components that it built (sdk/conformance/tests/languages/built.rs).
const FOLDER: &str = "MAQUETTE_LANGUAGES_FOLDER";
/// The languages, by the names of their components.
const LANGUAGES: [&str; 4] = ["Rust", "Go", "JavaScript", "Python"];

/// The last line of the example `call_overhead`.
#[derive(Debug, Clone, Deserialize)]
struct Cost {
    p50_us: f64,
    p99_us: f64,
    install_ms: f64,
    install_from_cache_ms: f64,
    loaded_kib: f64,
    component_bytes: f64,
}

/// The last line of the example `crowd`.
#[derive(Debug, Clone, Deserialize)]
struct Crowd {
    providers: u64,
    callers: u64,
    without_p50_ms: f64,
    without_p99_ms: f64,
    without_per_second: u64,
    with_p50_ms: f64,
    with_p99_ms: f64,
    with_per_second: u64,
}

pub(super) fn measure(bench: &Bench<'_>) -> Result<Section> {
    let folder = components(bench)?;
    let mut costs = Vec::new();
    for language in LANGUAGES {
        let file = component(&folder, language)?;
        let what = format!("measure the plugin in {language}");
        costs.push((language, example(bench, "call_overhead", &what, &[&file])?));
    }
    let guest = guest(bench)?;
    let guest = guest
        .to_str()
        .context("the target folder's path is no text")?;
    let crowd = example(bench, "crowd", "1,000 callers of 50 providers", &[guest])?;
    Ok(section(&costs, &crowd))
}

/// Builds the example in every language, each with its own toolchain, as the tests do.
fn components(bench: &Bench<'_>) -> Result<PathBuf> {
    let folder = target().join("xtask/languages");
    std::fs::create_dir_all(&folder).context("making a folder for the components")?;
    let mut test = cargo(root(), &["test", "--locked", "--workspace"]);
    test.args(["--test", "languages", "every_language_says_what_it_is"]);
    let what = "build the example plugin in every language";
    step(&bench.progress, what, test.env(FOLDER, &folder))?;
    Ok(folder)
}

fn component(folder: &Path, language: &str) -> Result<String> {
    let path = folder.join(format!("{language}.wasm"));
    let path = path
        .canonicalize()
        .with_context(|| format!("finding {}", path.display()))?;
    Ok(path
        .to_str()
        .context("the target folder's path is no text")?
        .to_owned())
}

fn section(costs: &[(&str, Cost)], crowd: &Crowd) -> Section {
    let mut section = Section::default();
    if let Some((_, rust)) = costs.first() {
        let cold = |value| format!("{} ms", short(value));
        section.add(Figure::told(
            "registry → first call answered (Rust)",
            cold(rust.install_ms),
        ));
        let from_cache = rust.install_from_cache_ms;
        section.add(Figure::at_most(
            "cache → first call answered (Rust)",
            5.0,
            " ms",
            from_cache,
        ));
        section.add(Figure::at_most(
            "a call (Rust), p50",
            100.0,
            " µs",
            rust.p50_us,
        ));
        section.add(Figure::told("  p99", format!("{} µs", short(rust.p99_us))));
        let mebibytes = format!("{} MiB", short(rust.loaded_kib / 1024.0));
        section.add(Figure::told("memory of a loaded plugin (Rust)", mebibytes));
    }
    let (callers, providers) = (crowd.callers, crowd.providers);
    let ratio = crowd.with_p99_ms / crowd.without_p99_ms.max(f64::MIN_POSITIVE);
    section.add(Figure::told(
        format!("{callers} concurrent callers of {providers} providers, p99 of the good ones"),
        format!("{} ms", short(crowd.without_p99_ms)),
    ));
    section.add(
        Figure::told(
            "  with one hostile provider among them",
            format!("{} ms", short(crowd.with_p99_ms)),
        )
        .with(format_args!("{} ×", short(ratio))),
    );
    section.add(Figure::told(
        "  p50 without, and with it",
        format!(
            "{} ms, {} ms",
            short(crowd.without_p50_ms),
            short(crowd.with_p50_ms)
        ),
    ));
    section.add(Figure::told(
        "  calls answered per second without, and with it",
        format!("{}, {}", crowd.without_per_second, crowd.with_per_second),
    ));
    section.note(table(costs));
    section.note(
        "The same plugin in every language (examples/plugins); a call is `normalize` with one record set in a store of its own. Registry → first call: \
         pulled from a registry on this machine, checked, compiled in a process of its own, bound, called; cache → first call: the same on a new host over the cache, \
         registry asked for the tag; each the median of three copies, or of two where compiling takes long. Memory: what each copy after the first adds to the process' proportional set size, compiled code \
         and all, after its first call. The host is always built for release here.",
    );
    section.note(
        "Each caller calls again as soon as it is answered, three runs of 5 s each way in turn, on one host with its defaults. The hostile provider's 20 callers \
         loop, grow memory, park, flood the log and overflow the stack; where it is absent its callers are, too.",
    );
    section
}

fn table(costs: &[(&str, Cost)]) -> String {
    let mut text = "| language | size | registry → first call | cache → first call | call p50 | p99 | memory loaded |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for (language, cost) in costs {
        let _ = writeln!(
            text,
            "| {language} | {} MiB | {} ms | {} ms | {} µs | {} µs | {} MiB |",
            short(cost.component_bytes / f64::from(1 << 20)),
            short(cost.install_ms),
            short(cost.install_from_cache_ms),
            short(cost.p50_us),
            short(cost.p99_us),
            short(cost.loaded_kib / 1024.0),
        );
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_row_with_its_size_and_times() {
        let cost = Cost {
            p50_us: 41.26,
            p99_us: 66.0,
            install_ms: 519.0,
            install_from_cache_ms: 4.4,
            loaded_kib: 1536.0,
            component_bytes: 524_288.0,
        };
        let text = table(&[("Rust", cost.clone()), ("Go", cost)]);
        let rows: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            rows[0],
            "| Rust | 0.5 MiB | 519 ms | 4.4 ms | 41.26 µs | 66 µs | 1.5 MiB |"
        );
        assert!(rows[1].starts_with("| Go |"));
    }
}
