//! Test commands that run at once.

use std::process::Command;
use std::thread;

use anyhow::{Result, anyhow};
use maquette_harness::progress::Progress;

use super::summary::Row;
use crate::step::attempt;

/// Builds the tests of a command and tells whether that succeeded. Commands that run at once would wait for each other's
/// builds.
pub(super) fn built(
    row: &mut Row,
    progress: &Progress,
    tests: &str,
    command: &mut Command,
) -> Result<bool> {
    let what = format!("build the {tests}");
    let ended = attempt(progress, &what, command.arg("--no-run"))?;
    row.checked(&what, &ended);
    Ok(ended.success)
}

/// Runs each command, with the name that people read, to its end.
pub(super) fn together(
    row: &mut Row,
    progress: &Progress,
    parts: Vec<(String, Command)>,
) -> Result<()> {
    let ended = thread::scope(|scope| {
        let run = |(what, mut command): (String, Command)| {
            let running = what.clone();
            let thread = scope.spawn(move || attempt(progress, &running, &mut command));
            (what, thread)
        };
        let threads: Vec<_> = parts.into_iter().map(run).collect();
        let join =
            |(what, thread): (String, thread::ScopedJoinHandle<'_, _>)| (what, thread.join());
        threads.into_iter().map(join).collect::<Vec<_>>()
    });
    for (what, ended) in ended {
        let ended = ended.map_err(|_| anyhow!("{what}: what runs them panicked"))?;
        row.tested(&what, &ended?);
    }
    Ok(())
}
