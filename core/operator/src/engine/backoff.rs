//! How long to wait after a failure.

use std::time::Duration;

/// First delay.
const BASE: Duration = Duration::from_millis(500);
/// Longest delay of an object whose next attempt may succeed.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest delay of an object that waits for its user or for what is around it.
const LONGEST_STALLED: Duration = Duration::from_mins(5);
/// How long after a failure news does not wake an object: however often what is around it changes, it costs no more.
pub(super) const QUIET: Duration = Duration::from_secs(1);

/// Exponential delay after this many consecutive failures, at least one, spread by `jitter` from 0 to 1.
pub(super) fn delay(failures: u32, stalled: bool, jitter: f64) -> Duration {
    let longest = if stalled { LONGEST_STALLED } else { LONGEST };
    let doubled = BASE.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16)));
    doubled
        .min(longest)
        .mul_f64(0.75 + 0.5 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_limit_and_spreads_by_a_quarter() {
        let middle: Vec<_> = (1..=4).map(|n| delay(n, false, 0.5).as_millis()).collect();
        assert_eq!(middle, [500, 1000, 2000, 4000]);
        assert_eq!(delay(1, false, 0.0), Duration::from_millis(375));
        assert_eq!(delay(u32::MAX, false, 1.0), LONGEST.mul_f64(1.25));
        assert_eq!(delay(u32::MAX, true, 0.5), LONGEST_STALLED);
    }
}
