//! `cargo xtask test`: every check and every test, tier by tier, with counts.

mod checks;
mod count;
mod summary;
mod tiers;
mod together;

use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use maquette_harness::progress::Progress;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use summary::Row;
use tiers::Tier;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also run the campaigns that take hours.
    #[arg(long)]
    long: bool,
    /// Run one tier alone.
    #[arg(long, value_enum)]
    only: Option<Tier>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let progress = Progress::new();
    // Before anything else, so that no test finds a half-equipped machine.
    crate::tools::ensure(&progress)?;
    let mut rows: Vec<Row> = Vec::new();
    for tiers in Tier::ALL {
        let wanted = |tier: &Tier| args.only.is_none_or(|only| only == *tier);
        let tiers: Vec<Tier> = tiers.iter().copied().filter(wanted).collect();
        rows.extend(at_once(&tiers, &progress, args.long));
    }
    for failure in rows.iter().flat_map(|row| &row.failures) {
        println!("\n{failure}");
    }
    println!("\n{}\n", summary::table(&rows));
    let (passed, failed) = summary::totals(&rows);
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        // Ends here, so that the line above stays the last one.
        std::process::exit(1);
    }
    Ok(())
}

/// Runs tiers that do not disturb each other. One that cannot even start is a failure of that tier; the others still tell
/// what they know.
fn at_once(tiers: &[Tier], progress: &Progress, long: bool) -> Vec<Row> {
    let runtime = Handle::current();
    let run = |tier: Tier| {
        let began = Instant::now();
        let mut row = runtime
            .block_on(tier.run(progress, long))
            .unwrap_or_else(|error| Row::broken(tier, &error));
        row.took = began.elapsed();
        progress.say(&row);
        row
    };
    let panicked = |tier: Tier| Row::broken(tier, &anyhow!("what runs it panicked"));
    block_in_place(|| {
        thread::scope(|scope| {
            let run = &run;
            let start = |tier: &Tier| {
                (
                    *tier,
                    scope.spawn({
                        let tier = *tier;
                        move || run(tier)
                    }),
                )
            };
            let running: Vec<_> = tiers.iter().map(start).collect();
            let ended = running.into_iter();
            ended
                .map(|(tier, thread)| thread.join().unwrap_or_else(|_| panicked(tier)))
                .collect()
        })
    })
}
