//! `maquette plugin inspect`.

use super::report::Report;
use super::source::{self, Source};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Client;

/// Prints what a plugin is and asks for. Nothing of it is compiled or run.
pub(crate) async fn inspect(arguments: command::Inspect, output: Output) -> anyhow::Result<()> {
    let (wasm, digest) = match Source::find(&arguments.plugin).map_err(WrongUse)? {
        Source::File(path) => (source::read(&path)?, None),
        Source::Registry { target, version } => {
            output.progress(&format!("Reading {}", arguments.plugin));
            let pulled = Client::new(target, &arguments.registry)?
                .pull(&version)
                .await?;
            (pulled.wasm, Some(pulled.digest.to_string()))
        }
    };
    let (inspection, manifest) = source::inspect(&wasm, &arguments.plugin)?;
    let mut report = Report::new(arguments.plugin, &wasm, &inspection, &manifest);
    report.digest = digest;
    output.result(&report, || report.text())
}
