//! The smallest script that still breaks the same rule.

use crate::{Report, Setup};

/// Leaves out one step after the other for as long as the same rule is broken. `run` runs a setup as the first run was.
pub fn shrink(report: &Report, run: impl Fn(Setup) -> Report) -> Report {
    let Some(rule) = report.violation.as_ref().map(|violation| violation.rule) else {
        return report.clone();
    };
    let mut best = report.clone();
    let mut keep: Vec<usize> = report.steps.iter().map(|(at, _)| *at).collect();
    loop {
        let mut smaller = false;
        for at in keep.clone().into_iter().rev() {
            let without: Vec<usize> = keep.iter().copied().filter(|held| *held != at).collect();
            let attempt = run(Setup {
                seed: report.setup.seed,
                keep: Some(without.clone()),
                traced: false,
            });
            if attempt.violation.as_ref().map(|violation| violation.rule) == Some(rule) {
                keep = without;
                best = attempt;
                smaller = true;
            }
        }
        if !smaller {
            return run(Setup {
                traced: true,
                ..best.setup
            });
        }
    }
}
