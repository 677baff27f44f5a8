//! What a provider's server leaves us of its limits, shared by all calls of the provider: while nothing is left, no call
//! is made. Reading what servers say is pure.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

/// The longest time that a server can make us wait: it may be wrong about its clock or its unit.
const LONGEST: Duration = Duration::from_mins(5);
/// Numbers of seconds above this are a date.
const DATES: u64 = 1_000_000_000;

/// Until when the server wants to be left alone.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<Option<Instant>>);

impl Budget {
    /// Time that is left to wait.
    pub(crate) fn wait(&self) -> Option<Duration> {
        let until = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Nobody calls for this long. A shorter wait does not end a longer one.
    pub(crate) fn pause(&self, time: Duration) {
        let until = Instant::now() + time.min(LONGEST);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = (*known).max(Some(until));
    }

    /// Takes notice of what an answer says.
    pub(crate) fn note(&self, status: StatusCode, headers: &HeaderMap, now: SystemTime) {
        if let Some(time) = exhausted(status, headers, now) {
            self.pause(time);
        }
    }
}

/// How long nothing is left, where the answer says so.
///
/// `Retry-After` (RFC 9110, section 10.2.3) of an answer that refuses for now; `RateLimit` as
/// draft-ietf-httpapi-ratelimit-headers has it (Cloudflare and others), in its structured form since draft 08 and the
/// form with three values before; `X-RateLimit-Remaining` with `X-RateLimit-Reset` (GitHub and others), in seconds from
/// now or since 1970.
fn exhausted(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let refused =
        status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE;
    if refused && let Some(wait) = text(RETRY_AFTER.as_str()).and_then(|t| retry_after(t, now)) {
        return Some(wait);
    }
    if let Some(wait) = text("ratelimit").and_then(rate_limit) {
        return Some(wait);
    }
    ["ratelimit", "x-ratelimit", "x-rate-limit"]
        .into_iter()
        .find_map(|prefix| {
            let left: u64 = number(text(&format!("{prefix}-remaining"))?)?;
            let reset = number(text(&format!("{prefix}-reset"))?)?;
            (left == 0).then(|| from_now(reset, now))
        })
}

fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    match number(text) {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .ok(),
    }
}

/// The longest reset of the policies of which nothing is left: `"burst";r=0;t=10, "day";r=5;t=3600`, or
/// `limit=10, remaining=0, reset=10`.
fn rate_limit(text: &str) -> Option<Duration> {
    let value = |part: &str, name: &str| {
        part.split([';', ','])
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find(|(key, _)| key.trim() == name)
            .and_then(|(_, value)| number(value))
    };
    let empty = |part: &str, left: &str, reset: &str| {
        (value(part, left)? == 0)
            .then(|| value(part, reset).map(Duration::from_secs))
            .flatten()
    };
    let policies = text.split(',').filter_map(|part| empty(part, "r", "t"));
    policies.max().or_else(|| empty(text, "remaining", "reset"))
}

fn number(text: &str) -> Option<u64> {
    let whole = text.trim().split('.').next()?;
    whole.parse().ok()
}

fn from_now(seconds: u64, now: SystemTime) -> Duration {
    if seconds < DATES {
        return Duration::from_secs(seconds);
    }
    // A date that cannot be represented is as far away as can be.
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .map_or(Duration::MAX, |date| {
            date.duration_since(now).unwrap_or_default()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NOW: u64 = 1_800_000_000;

    fn seconds(status: u16, headers: &[(&'static str, &str)]) -> Option<u64> {
        let map = headers
            .iter()
            .map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        exhausted(StatusCode::from_u16(status).unwrap(), &map, now).map(|time| time.as_secs())
    }

    #[test]
    fn what_servers_say_of_their_limits_is_understood_in_all_their_forms() {
        for (status, headers, expected) in [
            (429, &[("retry-after", "7")][..], Some(7)),
            (
                503,
                &[("retry-after", "Fri, 15 Jan 2027 08:00:30 GMT")],
                Some(30),
            ),
            (429, &[("retry-after", "soon")], None),
            (200, &[("retry-after", "7")], None),
            (200, &[("ratelimit", "\"default\";r=0;t=12")], Some(12)),
            (200, &[("ratelimit", "\"default\";r=3;t=12")], None),
            (
                200,
                &[("ratelimit", "\"burst\";r=0;t=2, \"day\";r=0;t=60")],
                Some(60),
            ),
            (
                200,
                &[("ratelimit", "limit=100, remaining=0, reset=9")],
                Some(9),
            ),
            (
                200,
                &[("ratelimit-remaining", "0"), ("ratelimit-reset", "4")],
                Some(4),
            ),
            (
                200,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1800000020"),
                ],
                Some(20),
            ),
            (
                200,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1700000000"),
                ],
                Some(0),
            ),
            (
                200,
                &[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "5")],
                None,
            ),
            (200, &[("x-ratelimit-remaining", "0")], None),
            (
                200,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "9223372036854775808"),
                ],
                Some(u64::MAX),
            ),
            (429, &[], None),
        ] {
            assert_eq!(seconds(status, headers), expected, "{status} {headers:?}");
        }
    }

    #[test]
    fn a_server_cannot_make_us_wait_for_ever_and_a_short_wait_ends_no_long_one() {
        let budget = Budget::default();
        assert_eq!(budget.wait(), None);
        budget.pause(Duration::MAX);
        budget.pause(Duration::from_secs(1));
        let wait = budget.wait().unwrap();
        assert!(wait <= LONGEST && wait > LONGEST / 2, "{wait:?}");
    }
}
