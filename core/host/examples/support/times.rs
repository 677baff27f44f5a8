//! Many durations, by rank; and what this process occupies.

use std::{error::Error, time::Duration};

/// Durations in order.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }

    #[allow(dead_code, reason = "not every example counts")]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The one below which this share of all lies, in microseconds with one decimal.
    #[allow(dead_code, reason = "not every example is as quick")]
    pub(crate) fn micros(&self, share: f64) -> f64 {
        (self.at(share).as_secs_f64() * 1e7).round() / 10.0
    }

    /// In milliseconds with one decimal.
    pub(crate) fn millis(&self, share: f64) -> f64 {
        (self.at(share).as_secs_f64() * 1e4).round() / 10.0
    }

    fn at(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = (self.0.len().saturating_sub(1) as f64 * share) as usize;
        self.0.get(rank).copied().unwrap_or_default()
    }
}

/// Proportional set size of this process in bytes (proc(5), `smaps_rollup`).
#[allow(dead_code, reason = "not every example weighs")]
pub(crate) fn occupied() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find(|line| line.starts_with("Pss:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kibibytes.ok_or("smaps_rollup has no Pss")?.parse::<u64>()? << 10)
}
