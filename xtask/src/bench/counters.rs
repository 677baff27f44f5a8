//! The operator's counters, as its metrics endpoint gives them in the `OpenMetrics` text format.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

/// Values of one counter by the value of one label.
pub(super) type ByLabel = BTreeMap<String, f64>;

/// All samples at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Vec<Sample>);

#[derive(Debug, Clone)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Counters {
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(sample).collect())
    }

    /// The sum of a counter for each value of this label.
    ///
    /// # Errors
    /// The operator has no such counter: its value would be taken for 0.
    pub(super) fn by(&self, name: &str, label: &str) -> Result<ByLabel> {
        let mut sums = ByLabel::new();
        for sample in self.0.iter().filter(|sample| sample.name == name) {
            let key = sample.labels.get(label).cloned().unwrap_or_default();
            *sums.entry(key).or_default() += sample.value;
        }
        ensure!(!sums.is_empty(), "the operator has no counter {name}");
        Ok(sums)
    }
}

/// The growth of each value; those that did not grow are left out.
pub(super) fn growth(before: &ByLabel, after: &ByLabel) -> ByLabel {
    let grown = after.iter().map(|(key, value)| {
        let before = before.get(key).copied().unwrap_or_default();
        (key.clone(), value - before)
    });
    grown.filter(|(_, grown)| *grown > 0.0).collect()
}

/// `name{label="value",…} 1`, or `name 1`.
fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let pairs = labels.trim_end_matches('}').split("\",");
    let pairs = pairs.filter_map(|pair| {
        let (label, text) = pair.split_once("=\"")?;
        Some((label.to_owned(), text.trim_end_matches('"').to_owned()))
    });
    Some(Sample {
        name: name.to_owned(),
        labels: pairs.collect(),
        value: value.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# TYPE controller_runtime_reconcile counter
controller_runtime_reconcile_total{controller=\"Workspace\",result=\"success\"} 3
controller_runtime_reconcile_total{controller=\"Workspace\",result=\"error\"} 1
controller_runtime_reconcile_total{controller=\"Component\",result=\"success\"} 7
leader_election_master_status 1
# EOF";

    #[test]
    fn a_counter_is_summed_by_one_label() {
        let counters = Counters::parse(TEXT);
        let by = |label| {
            counters
                .by("controller_runtime_reconcile_total", label)
                .unwrap()
        };
        let wanted = [("Component", 7.0), ("Workspace", 4.0)];
        assert_eq!(
            by("controller"),
            wanted.map(|(k, v)| (k.to_owned(), v)).into()
        );
        let wanted = [("error", 1.0), ("success", 10.0)];
        assert_eq!(by("result"), wanted.map(|(k, v)| (k.to_owned(), v)).into());
    }

    #[test]
    fn a_counter_that_the_operator_does_not_have_is_an_error_and_not_zero() {
        assert!(
            Counters::parse(TEXT)
                .by("reconciles", "controller")
                .is_err()
        );
    }

    #[test]
    fn growth_names_only_what_grew() {
        let of = |pairs: &[(&str, f64)]| -> ByLabel {
            let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), *value));
            pairs.collect()
        };
        let grown = growth(
            &of(&[("a", 1.0), ("b", 2.0)]),
            &of(&[("a", 3.0), ("b", 2.0), ("c", 1.0)]),
        );
        assert_eq!(grown, of(&[("a", 2.0), ("c", 1.0)]));
    }
}
