//! What one plugin call costs beside the work itself: the plugin host's own example, with the real plugin.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::Bench;
use super::figure::{Figure, Section, short};
use crate::cargo::cargo;
use crate::plugin;
use crate::root::root;
use crate::step::step;

/// The last line of the example's output.
#[derive(Deserialize)]
struct Measured {
    calls: u32,
    p50_us: f64,
    p99_us: f64,
    install_ms: f64,
    install_from_cache_ms: f64,
}

/// Always in the release profile: the overhead of a debug build says nothing.
pub(super) fn measure(bench: &Bench<'_>) -> Result<Section> {
    let file = plugin::build(&bench.binaries, &bench.progress)?;
    let arguments = [
        "run",
        "--locked",
        "--release",
        "--package",
        "maquette-host",
        "--example",
        "call_overhead",
        "--",
        &file,
    ];
    let lines = step(
        &bench.progress,
        "measure the overhead of a plugin call",
        &mut cargo(root(), &arguments),
    )?;
    let line = lines
        .iter()
        .rev()
        .find(|line| line.starts_with('{'))
        .context("the example printed no JSON")?;
    let measured: Measured =
        serde_json::from_str(line).with_context(|| format!("the example printed {line}"))?;
    let mut section = Section::default();
    section.add(Figure::at_most(
        "plugin call: instantiate, call, drop (p50)",
        100.0,
        " µs",
        measured.p50_us,
    ));
    section.add(Figure::told(
        "  p99",
        format!("{} µs", short(measured.p99_us)),
    ));
    section.add(Figure::told(
        "install a plugin: pull, check, compile",
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
         No in-process call is measured and none is subtracted.",
        measured.calls
    ));
    Ok(section)
}
