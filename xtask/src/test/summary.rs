//! The table at the end.

use std::fmt;
use std::time::Duration;

use super::count::Count;
use super::tiers::Tier;
use crate::step::{Ended, tail};

/// What came of a tier.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Tests that ran. A check is no test: it counts only when it fails.
    pub(crate) count: Count,
    pub(crate) took: Duration,
    /// What to look at, for people.
    pub(crate) failures: Vec<String>,
}

impl Row {
    pub(crate) fn new(tier: Tier) -> Self {
        Self {
            name: tier.name(),
            count: Count::default(),
            took: Duration::ZERO,
            failures: Vec::new(),
        }
    }

    /// A tier that could not run.
    pub(crate) fn broken(tier: Tier, error: &anyhow::Error) -> Self {
        let mut row = Self::new(tier);
        row.fail(format!("{}: {error:#}", tier.name()));
        row
    }

    /// Adds a failure that no test reported.
    pub(crate) fn fail(&mut self, what: String) {
        self.count.failed += 1;
        self.failures.push(what);
    }

    /// Adds what a test command did.
    pub(crate) fn tested(&mut self, what: &str, ended: &Ended) {
        let count = Count::of(&ended.lines);
        self.count.passed += count.passed;
        self.count.failed += count.failed;
        self.count.ignored += count.ignored;
        let report = || {
            format!(
                "{what}; its last lines:\n{}\nall of its output: {}",
                tail(&ended.lines),
                ended.log.display()
            )
        };
        if !ended.success && count.failed == 0 {
            // It did not compile, or a process ended before it could report.
            self.fail(report());
        } else if !ended.success {
            self.failures.push(report());
        }
        if count.ignored > 0 {
            self.fail(format!(
                "{what}: {} tests are ignored; a test that does not run shows nothing",
                count.ignored
            ));
        }
        if ended.success && count.passed == 0 {
            self.fail(format!("{what}: no test ran"));
        }
    }

    /// Adds what a check did.
    pub(crate) fn checked(&mut self, what: &str, ended: &Ended) {
        if !ended.success {
            self.fail(format!(
                "{what}; its last lines:\n{}\nall of its output: {}",
                tail(&ended.lines),
                ended.log.display()
            ));
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { passed, failed, .. } = self.count;
        write!(
            f,
            "{:<14} {passed:>6} passed {failed:>4} failed {:>7.1} s",
            self.name,
            self.took.as_secs_f64()
        )
    }
}

/// Passed and failed over all tiers.
pub(crate) fn totals(rows: &[Row]) -> (u32, u32) {
    rows.iter().fold((0, 0), |(passed, failed), row| {
        (passed + row.count.passed, failed + row.count.failed)
    })
}

pub(crate) fn table(rows: &[Row]) -> String {
    rows.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(success: bool, lines: &[&str]) -> Ended {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Ended {
            answer: Vec::new(),
            lines,
            success,
            log: "log".into(),
        }
    }

    #[test]
    fn a_command_that_ran_no_test_is_a_failure() {
        let mut row = Row::new(Tier::Unit);
        row.tested(
            "unit tests",
            &ended(true, &["test result: ok. 0 passed; 0 failed; 0 ignored"]),
        );
        assert_eq!((row.count.passed, row.count.failed), (0, 1));
    }

    #[test]
    fn a_command_that_broke_before_it_reported_is_a_failure() {
        let mut row = Row::new(Tier::Unit);
        row.tested("unit tests", &ended(false, &["error: could not compile"]));
        assert_eq!(row.count.failed, 1);
    }

    #[test]
    fn failed_tests_are_counted_once() {
        let mut row = Row::new(Tier::Unit);
        row.tested(
            "unit tests",
            &ended(
                false,
                &["test result: FAILED. 3 passed; 2 failed; 0 ignored"],
            ),
        );
        assert_eq!(
            (row.count.passed, row.count.failed, row.failures.len()),
            (3, 2, 1)
        );
    }

    #[test]
    fn a_good_check_adds_nothing_to_the_tests() {
        let mut row = Row::new(Tier::Checks);
        row.checked("format", &ended(true, &[]));
        assert_eq!(row.count, Count::default());
    }
}
