//! 1,000 workspaces at once, and the CPU time of a new one among 1,000 relative to one among 100.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::Bench;
use super::audit::{count, summary};
use super::field::{Field, NOTE};
use super::figure::{Figure, Section, short};
use super::wave::{CALM, MIXED, Wave, deleted, mixed, ready};

const FEW: u32 = 100;
const MANY: u32 = 1000;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    // A node of kwok takes 500 pods.
    let field = Field::start(bench, 4).await?;
    let mut audit = field.audit();
    audit.quiet(CALM, Duration::from_mins(2)).await?;
    let mut section = Section::default();
    let during = |what: String| bench.progress.during(what);

    let step = during(format!("{FEW} workspaces, and {FEW} more"));
    ready(&field, &mut audit, &mixed("few", &(0..FEW))).await?;
    let among_few = ready(&field, &mut audit, &mixed("few", &(FEW..2 * FEW))).await?;
    deleted(&field, &mut audit, &mixed("few", &(0..2 * FEW))).await?;
    drop(step);

    let step = during(format!("{MANY} workspaces"));
    let many = ready(&field, &mut audit, &mixed("many", &(0..MANY))).await?;
    drop(step);
    told(&mut section, &many);

    let step = during(format!("{FEW} more"));
    let among_many = ready(&field, &mut audit, &mixed("many", &(MANY..MANY + FEW))).await?;
    drop(step);
    cpu(&mut section, &among_few, &among_many)?;
    section.note(MIXED);
    section.note(NOTE);
    Ok(section)
}

fn told(section: &mut Section, many: &Wave) {
    let each = f64::from(MANY);
    let writes = || many.requests.iter().filter(|request| request.is_write());
    section.add(Figure::at_most(
        format!("{MANY} workspaces (mixed) Ready in"),
        45.0,
        " s",
        many.took.as_secs_f64(),
    ));
    section.add(Figure::told(
        "  writes each, until the operator is at rest",
        short(count(writes()) / each),
    ));
    section.add(Figure::told(
        "  reconciles each",
        short(many.reconciles.values().sum::<f64>() / each),
    ));
    section.add(Figure::told(
        "  CPU time each",
        milliseconds(many.cpu.as_secs_f64() / each),
    ));
    section.note(format!(
        "Writes each ({MANY} at once): {}.",
        summary(writes(), each)
    ));
}

/// Both waves are of the same size and shapes.
fn cpu(section: &mut Section, among_few: &Wave, among_many: &Wave) -> Result<()> {
    let each = f64::from(FEW);
    let few = among_few.cpu.as_secs_f64() / each;
    let many = among_many.cpu.as_secs_f64() / each;
    ensure!(few > 0.0, "the operator used no CPU time");
    section.add(
        Figure::at_most(
            format!("CPU time of a new workspace among {MANY}, relative to {FEW}"),
            1.3,
            " ×",
            many / few,
        )
        .with(format!("{} and {}", milliseconds(many), milliseconds(few))),
    );
    let reconciles = |wave: &Wave| short(wave.reconciles.values().sum::<f64>() / each);
    section.add(Figure::told(
        "  reconciles of these",
        format!("{} and {}", reconciles(among_many), reconciles(among_few)),
    ));
    section.note(format!(
        "CPU time of the operator until it is at rest, per workspace of a wave of {FEW} that are created while {MANY} and \
         while {FEW} are Ready."
    ));
    Ok(())
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1e3)
}
