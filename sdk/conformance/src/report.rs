//! What came of each rule. Pure.

use std::fmt::Write as _;

use serde::Serialize;

/// What came of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "why", rename_all = "kebab-case")]
pub enum Verdict {
    /// The plugin keeps it.
    Kept,
    /// The plugin breaks it: how.
    Broken(String),
    /// The kit was not given what it takes to show it: what.
    NotShown(String),
    /// The plugin's author says that it cannot be kept: why. It was not tried.
    Unsupported(String),
}

/// One rule and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The interface, for example `dns`.
    pub interface: &'static str,
    /// The rule's name: a sentence.
    pub rule: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// What came of all rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Name and version of the plugin.
    pub plugin: String,
    /// One row for each rule, in the order in which they ran.
    pub rows: Vec<Row>,
}

impl Report {
    /// Whether no rule is broken and none was left without being shown. What is declared unsupported does not count.
    pub fn is_conformant(&self) -> bool {
        !self.rows.is_empty() && self.failed().next().is_none()
    }

    /// Rows that are broken or were not shown.
    pub fn failed(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| matches!(row.verdict, Verdict::Broken(_) | Verdict::NotShown(_)))
    }

    /// How many rules were kept, broken or not shown, and declared unsupported.
    pub fn counts(&self) -> (usize, usize, usize) {
        let kept = self
            .rows
            .iter()
            .filter(|row| row.verdict == Verdict::Kept)
            .count();
        let failed = self.failed().count();
        (kept, failed, self.rows.len() - kept - failed)
    }

    /// The table, for people.
    pub fn text(&self) -> String {
        let width = self
            .rows
            .iter()
            .map(|row| row.rule.len())
            .max()
            .unwrap_or_default();
        let mut text = String::new();
        for row in &self.rows {
            let (word, why) = match &row.verdict {
                Verdict::Kept => ("kept", ""),
                Verdict::Broken(why) => ("BROKEN", why.as_str()),
                Verdict::NotShown(why) => ("NOT SHOWN", why.as_str()),
                Verdict::Unsupported(why) => ("not supported (declared)", why.as_str()),
            };
            let line = format!("{:<9}{:<width$}  {word}", row.interface, row.rule);
            // Writing into a String cannot fail.
            let _ = if why.is_empty() {
                writeln!(text, "{line}")
            } else {
                writeln!(text, "{line}: {why}")
            };
        }
        let (kept, failed, unsupported) = self.counts();
        let _ = write!(
            text,
            "{}: {kept} kept, {failed} broken or not shown, {unsupported} not supported (declared)",
            self.plugin
        );
        text
    }

    /// Ends a test that runs the suite.
    ///
    /// # Panics
    /// With the table, unless every rule is kept or declared unsupported.
    pub fn assert_conformant(&self) {
        assert!(self.is_conformant(), "\n{}", self.text());
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Row, Verdict};

    fn report(verdicts: &[Verdict]) -> Report {
        let row = |verdict: &Verdict| Row {
            interface: "dns",
            rule: "deleting_what_is_absent_succeeds",
            verdict: verdict.clone(),
            took_ms: 1,
        };
        Report {
            plugin: "p 1.0.0".into(),
            rows: verdicts.iter().map(row).collect(),
        }
    }

    #[test]
    fn people_read_a_table_and_a_sum() {
        let text = report(&[
            Verdict::Kept,
            Verdict::Broken("it said conflict".into()),
            Verdict::Unsupported("no such thing".into()),
        ])
        .text();
        assert_eq!(
            text,
            "dns      deleting_what_is_absent_succeeds  kept\n\
             dns      deleting_what_is_absent_succeeds  BROKEN: it said conflict\n\
             dns      deleting_what_is_absent_succeeds  not supported (declared): no such thing\n\
             p 1.0.0: 1 kept, 1 broken or not shown, 1 not supported (declared)"
        );
    }

    #[test]
    fn what_was_not_shown_is_no_conformance_and_neither_is_nothing() {
        assert!(report(&[Verdict::Kept, Verdict::Unsupported(String::new())]).is_conformant());
        assert!(!report(&[Verdict::NotShown(String::new())]).is_conformant());
        assert!(!report(&[]).is_conformant());
    }

    #[test]
    fn programs_read_one_object_for_each_rule() {
        let json = serde_json::to_value(report(&[Verdict::Broken("why".into())])).unwrap();
        assert_eq!(
            json["rows"][0],
            serde_json::json!({
                "interface": "dns", "rule": "deleting_what_is_absent_succeeds",
                "verdict": "broken", "why": "why", "tookMs": 1,
            })
        );
    }
}
