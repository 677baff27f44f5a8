//! What a provider's headers say about how many requests it still takes.

use std::time::Duration;

use http::HeaderMap;

/// What is left of a limit, and when it is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that are left.
    pub remaining: u64,
    /// Time until the limit is whole again.
    pub resets_in: Duration,
}

impl RateLimit {
    /// Reads the headers of the IETF's draft and of its predecessors: `RateLimit: "default";r=50;t=30`
    /// (draft-ietf-httpapi-ratelimit-headers, as Cloudflare sends it), or `RateLimit-Remaining` with
    /// `RateLimit-Reset` in seconds. Of several limits, the one with the fewest requests left; nothing when there is none.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(limits) = text("ratelimit") {
            return limits
                .split(',')
                .filter_map(item)
                .min_by_key(|limit| (limit.remaining, std::cmp::Reverse(limit.resets_in)));
        }
        let number = |name: &str| text(name)?.trim().parse::<u64>().ok();
        Some(Self {
            remaining: number("ratelimit-remaining")?,
            resets_in: Duration::from_secs(number("ratelimit-reset")?),
        })
    }
}

/// One limit: a name, and its parameters after semicolons.
fn item(text: &str) -> Option<RateLimit> {
    let parameter = |key: &str| {
        text.split(';')
            .skip(1)
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find(|(name, _)| *name == key)
            .and_then(|(_, value)| value.trim().parse::<u64>().ok())
    };
    Some(RateLimit {
        remaining: parameter("r")?,
        resets_in: Duration::from_secs(parameter("t")?),
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::RateLimit;

    fn limit(headers: &[(&'static str, &'static str)]) -> Option<(u64, u64)> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        RateLimit::of(&headers).map(|limit| (limit.remaining, limit.resets_in.as_secs()))
    }

    #[test]
    fn both_notations_are_read_and_the_tightest_limit_counts() {
        assert_eq!(
            limit(&[("ratelimit", "\"default\";r=50;t=30")]),
            Some((50, 30))
        );
        assert_eq!(
            limit(&[("ratelimit", "\"burst\";r=9;t=1, \"day\"; r=0 ; t=900")]),
            Some((0, 900))
        );
        assert_eq!(
            limit(&[("ratelimit-remaining", "7"), ("ratelimit-reset", "60")]),
            Some((7, 60))
        );
    }

    #[test]
    fn what_is_no_limit_is_none() {
        for value in [
            "",
            "50",
            "\"default\"",
            "\"default\";r=x;t=1",
            "\"default\";r=1",
        ] {
            assert_eq!(limit(&[("ratelimit", value)]), None, "{value}");
        }
        assert_eq!(limit(&[("ratelimit-remaining", "7")]), None);
    }
}
