//! How long to wait after a failure.

use std::time::Duration;

/// First delay.
const BASE: Duration = Duration::from_millis(500);
/// Longest delay.
const MAX: Duration = Duration::from_secs(30);

/// Exponential delay after this many consecutive failures, at least one, spread by `jitter` from 0 to 1.
pub(super) fn delay(failures: u32, jitter: f64) -> Duration {
    let doubled = BASE.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16)));
    doubled
        .min(MAX)
        .mul_f64(0.75 + 0.5 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_limit_and_spreads_by_a_quarter() {
        let middle: Vec<_> = (1..=4).map(|n| delay(n, 0.5).as_millis()).collect();
        assert_eq!(middle, [500, 1000, 2000, 4000]);
        assert_eq!(delay(1, 0.0), Duration::from_millis(375));
        assert_eq!(delay(u32::MAX, 1.0), MAX.mul_f64(1.25));
    }
}
