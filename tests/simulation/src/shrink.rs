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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Violation;
    use std::time::Duration;

    fn ran(setup: Setup) -> Report {
        let keep = setup.keep.clone().unwrap_or_else(|| (0..8).collect());
        let rule = match (keep.contains(&2), keep.contains(&5)) {
            (true, true) => Some("host"),
            (true, false) => Some("order"),
            _ => None,
        };
        Report {
            violation: rule.map(|rule| Violation {
                rule,
                message: String::new(),
                at: Duration::ZERO,
            }),
            steps: keep.into_iter().map(|at| (at, String::new())).collect(),
            trace: Vec::new(),
            fingerprint: 0,
            requests: 0,
            time: Duration::ZERO,
            setup,
        }
    }

    #[test]
    fn only_the_steps_are_left_that_the_broken_rule_needs() {
        let first = ran(Setup {
            seed: 1,
            keep: None,
            traced: false,
        });
        let smallest = shrink(&first, ran);
        let steps: Vec<usize> = smallest.steps.iter().map(|(at, _)| *at).collect();
        assert_eq!(steps, [2, 5]);
        assert!(smallest.setup.traced);
    }
}
