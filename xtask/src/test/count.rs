//! Reads what `cargo test` says of how many tests ran.

/// How many tests ran and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) ignored: u32,
}

impl Count {
    /// Sums every `test result:` line; each test binary and each crate's documentation prints one.
    pub(crate) fn of(lines: &[String]) -> Self {
        lines
            .iter()
            .filter_map(|line| line.trim().strip_prefix("test result: "))
            .fold(Self::default(), |sum, line| Self {
                passed: sum.passed + number(line, "passed"),
                failed: sum.failed + number(line, "failed"),
                ignored: sum.ignored + number(line, "ignored"),
            })
    }
}

/// The number before a word: `3` in `ok. 3 passed; 0 failed`.
fn number(line: &str, word: &str) -> u32 {
    let before = line
        .split(&[';', '.'])
        .find_map(|part| part.trim().strip_suffix(word));
    before
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_test_binaries_are_summed() {
        let lines = [
            "running 4 tests",
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.04s",
            "test result: FAILED. 2 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ];
        let lines: Vec<String> = lines.map(str::to_owned).into();
        assert_eq!(
            Count::of(&lines),
            Count {
                passed: 6,
                failed: 1,
                ignored: 3
            }
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(Count::of(&["12 passed".to_owned()]), Count::default());
    }
}
