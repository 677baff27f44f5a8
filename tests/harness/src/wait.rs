//! Waiting for a condition instead of sleeping.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// The shortest and the longest pause between two looks.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// A condition did not hold before its deadline.
#[derive(Debug, thiserror::Error)]
#[error("waited {} s for {what}, last seen: {last_seen}", .within.as_secs())]
pub struct Timeout {
    /// What was waited for.
    pub what: String,
    /// How long.
    pub within: Duration,
    /// What the condition said when it was last looked at.
    pub last_seen: String,
}

/// Looks at `condition` until it returns `Ok`, and returns that value.
///
/// The error of the condition says what is still missing; the last one is part of [`Timeout`]. A look that hangs is
/// cut off at the deadline.
pub async fn wait_for<T, E: Display>(
    what: &str,
    within: Duration,
    mut condition: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, Timeout> {
    let deadline = Instant::now() + within;
    let mut last_seen = "nothing yet".to_owned();
    let mut pause = PAUSE.0;
    loop {
        match timeout_at(deadline, condition()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(missing)) => last_seen = missing.to_string(),
            Err(_) => last_seen = format!("{last_seen} (and the last look did not return)"),
        }
        if deadline.saturating_duration_since(Instant::now()) <= pause {
            return Err(Timeout {
                what: what.to_owned(),
                within,
                last_seen,
            });
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_value_of_the_first_look_that_succeeds_is_returned() {
        let mut looks = 0;
        let value = wait_for("the third look", Duration::from_secs(5), async || {
            looks += 1;
            if looks < 3 {
                Err(format!("look {looks}"))
            } else {
                Ok(looks)
            }
        })
        .await
        .unwrap();
        assert_eq!(value, 3);
    }

    #[tokio::test]
    async fn a_deadline_that_passes_tells_what_was_last_seen() {
        let error = wait_for::<(), _>("a pod", Duration::from_millis(100), async || {
            Err("it is Pending")
        })
        .await
        .unwrap_err();
        assert_eq!(
            (error.what.as_str(), error.last_seen.as_str()),
            ("a pod", "it is Pending")
        );
    }

    #[tokio::test]
    async fn a_look_that_hangs_is_cut_off_at_the_deadline() {
        let error = wait_for::<(), String>("a reply", Duration::from_millis(100), async || {
            std::future::pending().await
        })
        .await
        .unwrap_err();
        assert!(error.last_seen.contains("did not return"), "{error}");
    }
}
