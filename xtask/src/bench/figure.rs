//! A figure, its goal, and how they are shown.

use std::fmt;

use serde::Serialize;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) goal: Option<String>,
    pub(super) measured: String,
    /// Whether it reaches its goal; nothing where it has none.
    pub(super) reached: Option<bool>,
}

impl Figure {
    /// A figure without a goal.
    pub(super) fn told(name: impl Into<String>, measured: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            goal: None,
            measured: measured.into(),
            reached: None,
        }
    }

    /// A figure that is good when it is small. `measured` is how `value` is written.
    pub(super) fn at_most(name: impl Into<String>, goal: f64, unit: &str, value: f64) -> Self {
        let write = |value: f64| format!("{}{unit}", short(value));
        Self {
            name: name.into(),
            goal: Some(format!("≤ {}", write(goal))),
            measured: write(value),
            reached: Some(value <= goal),
        }
    }

    /// Adds to what was measured, in parentheses.
    pub(super) fn with(mut self, detail: impl fmt::Display) -> Self {
        self.measured = format!("{} ({detail})", self.measured);
        self
    }
}

/// Without decimals that say nothing.
pub(super) fn short(value: f64) -> String {
    let text = if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// The middle one; of an even number the lower one.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or_default()
}

/// The largest.
pub(super) fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The figures of one measurement and what to know about them.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Section {
    pub(super) figures: Vec<Figure>,
    pub(super) notes: Vec<String>,
}

impl Section {
    pub(super) fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// A Markdown table.
    pub(super) fn table(&self) -> String {
        let head = ["figure", "goal", "measured", ""].map(str::to_owned);
        let rows = self.figures.iter().map(|figure| {
            let verdict = match figure.reached {
                Some(true) => "reached",
                Some(false) => "**missed**",
                None => "",
            };
            [
                figure.name.clone(),
                figure.goal.clone().unwrap_or_else(|| "–".to_owned()),
                figure.measured.clone(),
                verdict.to_owned(),
            ]
        });
        let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
        let widths: [usize; 4] = std::array::from_fn(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        let mut text = String::new();
        for (number, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                text.extend([format!("| {cell:width$} ")]);
            }
            text += "|\n";
            if number == 0 {
                let lines = widths.map(|width| "-".repeat(width + 2));
                text.extend([format!("|{}|\n", lines.join("|"))]);
            }
        }
        text
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table())?;
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_whether_it_reaches_its_goal() {
        let mut section = Section::default();
        section.add(Figure::at_most("writes", 8.0, "", 8.5).with("of 200"));
        section.add(Figure::at_most("time", 10.0, " s", 9.25));
        section.add(Figure::told("size", "3 MB"));
        assert_eq!(
            section.table(),
            "| figure | goal   | measured     |            |\n\
             |--------|--------|--------------|------------|\n\
             | writes | ≤ 8    | 8.5 (of 200) | **missed** |\n\
             | time   | ≤ 10 s | 9.25 s       | reached    |\n\
             | size   | –      | 3 MB         |            |\n"
        );
    }

    #[test]
    fn the_median_of_an_even_number_is_the_lower_of_the_two() {
        assert!((median(&[4.0, 1.0, 3.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!(median(&[]).abs() < 1e-9);
    }
}
