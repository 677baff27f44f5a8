//! When to look again.

use jiff::Timestamp;
use std::time::Duration;

/// How soon absence is looked for after a deletion.
pub(super) const SOON: Duration = Duration::from_millis(10);
/// How soon something that cannot be kept is looked at without any event.
pub(super) const LATER: Duration = Duration::from_mins(1);

/// Time to the next multiple of the interval, so that all that one provider keeps is looked at together.
pub(super) fn until_tick(interval: Duration, now: Timestamp) -> Duration {
    let interval_ms = i64::try_from(interval.as_millis())
        .unwrap_or(i64::MAX)
        .max(1);
    let rest = interval_ms - now.as_millisecond().rem_euclid(interval_ms);
    Duration::from_millis(u64::try_from(rest).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_of_one_provider_fall_on_one_moment() {
        let at = |ms| {
            until_tick(
                Duration::from_mins(1),
                Timestamp::from_millisecond(ms).unwrap(),
            )
            .as_millis()
        };
        assert_eq!(
            [at(0), at(1), at(59_999), at(60_000)],
            [60_000, 59_999, 1, 60_000]
        );
    }
}
