//! What the operator occupies: proportional set size at 0, 200 and 1,000 workspaces of one component.

use anyhow::Result;

use super::Bench;
use super::audit::{Log, count};
use super::field::{Field, NOTE};
use super::figure::{Figure, Section};
use super::wave::{CALM, Group, ready};
use super::workspaces::{Reach, Shape};

const STEPS: [(u32, u32); 2] = [(0, 200), (200, 1000)];
/// The goal for 1,000 workspaces.
const MEBIBYTES: f64 = 55.0;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    // A node of kwok takes 500 pods.
    let field = Field::start(bench, 3).await?;
    let mut audit: Log = field.audit();
    audit.quiet(CALM, std::time::Duration::from_mins(2)).await?;
    let mut section = Section::default();
    let at = |number: u32| format!("memory (PSS) at {number} workspaces");
    section.add(Figure::told(
        at(0),
        format!("{:.1} MiB", mebibytes(&field)?),
    ));
    for (from, to) in STEPS {
        let step = bench.progress.during(format_args!("{to} workspaces"));
        let group = Group::new("many", Shape::One(Reach::Nowhere), from..to);
        let wave = ready(&field, &mut audit, &[group]).await?;
        drop(step);
        let used = mebibytes(&field)?;
        section.add(if to == 1000 {
            Figure::at_most(at(to), MEBIBYTES, " MiB", used)
        } else {
            Figure::told(at(to), format!("{used:.1} MiB"))
        });
        let writes = count(wave.requests.iter().filter(|request| request.is_write()));
        section.add(Figure::told(
            format!("  {} more Ready in", to - from),
            format!(
                "{:.1} s, {:.2} writes each",
                wave.took.as_secs_f64(),
                writes / f64::from(to - from)
            ),
        ));
    }
    section.note(NOTE);
    Ok(section)
}

fn mebibytes(field: &Field) -> Result<f64> {
    let kibibytes = u32::try_from(field.operator.memory()? / 1024)?;
    Ok(f64::from(kibibytes) / 1024.0)
}
