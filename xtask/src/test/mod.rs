//! `cargo xtask test`: every check and every test, tier by tier, with counts.

mod checks;
mod count;
mod summary;
mod targets;
mod tiers;
mod together;

use std::time::Instant;

use anyhow::Result;
use maquette_harness::progress::Progress;

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

pub(crate) async fn run(args: &Args) -> Result<()> {
    let progress = Progress::new();
    // Before anything else, so that no test finds a half-equipped machine.
    crate::tools::ensure(&progress)?;
    let mut rows: Vec<Row> = Vec::new();
    for tier in Tier::ALL
        .into_iter()
        .filter(|tier| args.only.is_none_or(|only| only == *tier))
    {
        // A tier that cannot even start is a failure of that tier; the others still tell what they know.
        let began = Instant::now();
        let mut row = tier
            .run(&progress, args.long)
            .await
            .unwrap_or_else(|error| Row::broken(tier, &error));
        row.took = began.elapsed();
        progress.say(&row);
        rows.push(row);
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
