//! What one plugin call costs beside the work itself: the plugin host's own example, with the real plugin.

use anyhow::Result;
use serde::Deserialize;

use super::Bench;
use super::figure::{Figure, Section, short};
use super::guests::{example, example_of};
use crate::plugin;
use crate::root::root;

/// The last line of the example's output.
#[derive(Deserialize)]
struct Measured {
    calls: u32,
    p50_us: f64,
    p99_us: f64,
    install_ms: f64,
    install_from_cache_ms: f64,
}

/// The same function without a plugin host.
#[derive(Deserialize)]
struct InProcess {
    p50_us: f64,
}

/// Always in the release profile: the overhead of a debug build says nothing.
pub(super) fn measure(bench: &Bench<'_>) -> Result<Section> {
    let file = plugin::build(&bench.binaries, &bench.progress)?;
    let what = "measure the overhead of a plugin call";
    let measured: Measured = example(bench, "call_overhead", what, &[&file])?;
    let what = "measure the same function without a plugin host";
    let plugins = root().join("plugins");
    let alone: InProcess = example_of(
        bench,
        &plugins,
        "maquette-plugin-powerdns",
        "in_process",
        what,
        &[],
    )?;
    let mut section = Section::default();
    section.add(Figure::at_most(
        "overhead of a plugin call: instantiate, call, drop, less the in-process call (p50)",
        100.0,
        " µs",
        measured.p50_us - alone.p50_us,
    ));
    section.add(Figure::told(
        "  the plugin call (p50)",
        format!("{} µs", short(measured.p50_us)),
    ));
    section.add(Figure::told(
        "  the in-process call (p50)",
        format!("{:.2} µs", alone.p50_us),
    ));
    section.add(Figure::told(
        "  p99",
        format!("{} µs", short(measured.p99_us)),
    ));
    section.add(Figure::told(
        "a plugin from the registry to its first answer: pull, check, compile",
        format!("{} ms", short(measured.install_ms)),
    ));
    section.add(Figure::at_most(
        "  from the cache",
        5.0,
        " ms",
        measured.install_from_cache_ms,
    ));
    section.note(format!(
        "{} calls of `normalize` of the PowerDNS plugin with one record set, each in a store of its own; the host is always built for release here. \
         The in-process call is the same function of the same crate, compiled for this machine.",
        measured.calls
    ));
    Ok(section)
}
