//! `maquette plugin check`.

mod findings;

use anyhow::bail;
use maquette_host::kinds::is_draft;
use serde::Serialize;

use super::report::Report;
use super::source::{self, Source};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Client;
use findings::{Finding, findings};

#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    report: Report<'a>,
    /// Versions of its interfaces that no release promises.
    drafts: Vec<String>,
    findings: Vec<Finding>,
}

/// Reads a plugin and prints what it is and what its users would stumble over. Nothing of it is compiled or run.
pub(crate) async fn check(arguments: command::Check, output: Output) -> anyhow::Result<()> {
    let (wasm, digest) = match Source::find(&arguments.plugin).map_err(WrongUse)? {
        Source::File(path) => (source::read(&path)?, None),
        Source::Registry { target, version } => {
            output.progress(&format!("Reading {}", arguments.plugin));
            let client = Client::new(target, &arguments.registry)?;
            let pulled = client.pull(&version).await?;
            (pulled.wasm, Some(pulled.digest.to_string()))
        }
    };
    let (inspection, manifest) = source::inspect(&wasm, &arguments.plugin)?;
    let mut report = Report::new(arguments.plugin.clone(), &wasm, &inspection, &manifest);
    report.digest = digest;
    let checked = Checked {
        drafts: drafts(&report.interfaces),
        findings: findings(&inspection, &manifest),
        report,
    };
    output.result(&checked, || text(&checked))?;
    if arguments.strict && !checked.findings.is_empty() {
        bail!(
            "{} warnings, which --strict does not accept; correct them and build the plugin again",
            checked.findings.len()
        );
    }
    Ok(())
}

/// Interfaces that are drafts.
fn drafts(interfaces: &[String]) -> Vec<String> {
    let drafts = interfaces.iter().filter(|name| is_draft(name));
    drafts.cloned().collect()
}

fn text(checked: &Checked<'_>) -> String {
    let verdict = if checked.findings.is_empty() {
        "The operator runs it; nothing was found."
    } else {
        "The operator runs it."
    };
    let warnings = checked
        .findings
        .iter()
        .map(|finding| format!("warning: {}: {}", finding.place, finding.message));
    let lines = [checked.report.text()].into_iter().chain(warnings);
    lines
        .chain([verdict.to_owned()])
        .collect::<Vec<_>>()
        .join("\n")
}
