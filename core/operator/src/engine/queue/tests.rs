//! When a key is handed out.

use super::*;

fn key(name: &str) -> Key {
    Key::new("n", name)
}

fn queue() -> Queue {
    let clock = Clock::new(jiff::Timestamp::now, || 0.5);
    Queue::new(4, clock, |_| {})
}

/// Whether a key is handed out within the time.
async fn is_handed_out(queue: &Queue, within: Duration) -> bool {
    tokio::time::timeout(within, queue.next()).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn a_key_that_changes_while_it_is_worked_on_is_handed_out_again() {
    let queue = queue();
    queue.wake(&key("a"), Wake::News);
    queue.wake(&key("a"), Wake::News);
    assert_eq!(queue.next().await, key("a"));
    queue.wake(&key("a"), Wake::News);
    let minute = Duration::from_mins(1);
    assert!(
        !is_handed_out(&queue, minute).await,
        "two workers on one key"
    );
    queue.done(&key("a"));
    assert_eq!(queue.next().await, key("a"));
    queue.done(&key("a"));
    assert!(!is_handed_out(&queue, minute).await);
}

#[tokio::test(start_paused = true)]
async fn a_wake_up_comes_before_a_later_appointment_and_replaces_it() {
    let queue = queue();
    let start = Instant::now();
    queue.ended(&key("a"), Ended::Well, Some(Duration::from_secs(10)));
    queue.wake(&key("a"), Wake::News);
    queue.next().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    queue.done(&key("a"));
    let handed_out = is_handed_out(&queue, Duration::from_mins(10)).await;
    assert!(!handed_out, "handed out twice");
}

#[tokio::test(start_paused = true)]
async fn a_failing_key_waits_its_back_off_whatever_delay_its_plan_asks_for() {
    for ended in [Ended::Failed, Ended::Stalled] {
        let queue = queue();
        queue.wake(&key("a"), Wake::User);
        let start = Instant::now();
        let mut passes = 0;
        let end = start + Duration::from_mins(1);
        while let Ok(next) = tokio::time::timeout_at(end, queue.next()).await {
            passes += 1;
            queue.ended(&next, ended, Some(Duration::from_millis(10)));
            queue.done(&next);
        }
        assert_eq!(passes, 7, "at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s");
    }
}

#[tokio::test(start_paused = true)]
async fn news_wake_a_failing_key_after_a_moment_and_its_user_wakes_it_at_once() {
    let queue = queue();
    queue.wake(&key("a"), Wake::User);
    for _ in 0..6 {
        let next = queue.next().await;
        queue.ended(&next, Ended::Failed, None);
        queue.done(&next);
    }
    let start = Instant::now();
    queue.wake(&key("a"), Wake::News);
    queue.next().await;
    assert_eq!(start.elapsed(), backoff::QUIET);
    queue.ended(&key("a"), Ended::Failed, None);
    queue.done(&key("a"));
    let start = Instant::now();
    queue.wake(&key("a"), Wake::User);
    queue.next().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn one_key_that_fails_does_not_delay_another() {
    let queue = queue();
    for _ in 0..8 {
        queue.wake(&key("bad"), Wake::User);
        queue.next().await;
        queue.ended(&key("bad"), Ended::Failed, None);
        queue.done(&key("bad"));
    }
    queue.wake(&key("good"), Wake::News);
    let start = Instant::now();
    assert_eq!(queue.next().await, key("good"));
    assert_eq!(start.elapsed(), Duration::ZERO);
}
