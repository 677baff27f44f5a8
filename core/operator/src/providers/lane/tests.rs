use super::*;
use maquette_host::{CallError, PluginError};
use std::sync::Mutex;

const BATCHES: Batching = Batching {
    most: 500,
    idle: Duration::from_millis(100),
};

/// Answers as it is told, and writes down the size of each call.
struct Told {
    calls: Arc<Mutex<Vec<usize>>>,
    answer: fn(&[u32]) -> Asked<u32>,
}

impl Port for Told {
    type Question = u32;
    type Answer = u32;

    async fn ask(&self, questions: Vec<u32>) -> Asked<u32> {
        self.calls.lock().unwrap().push(questions.len());
        tokio::time::sleep(Duration::from_millis(10)).await;
        (self.answer)(&questions)
    }
}

type Calls = Arc<Mutex<Vec<usize>>>;

fn lane(batching: Batching, answer: fn(&[u32]) -> Asked<u32>) -> (Arc<Lane<Told>>, Calls) {
    let calls = Calls::default();
    let port = Told {
        calls: calls.clone(),
        answer,
    };
    let lane = Lane::start(port, batching, Turns::new(1), Fence::unlimited());
    (Arc::new(lane), calls)
}

#[expect(clippy::unnecessary_wraps, reason = "the others of its type can fail")]
fn well(questions: &[u32]) -> Asked<u32> {
    Ok(questions.iter().map(|question| Ok(*question)).collect())
}

fn fails(_: &[u32]) -> Asked<u32> {
    Err(Arc::new(CallError::Timeout(Duration::from_secs(3))).into())
}

fn absurd(_: &[u32]) -> Asked<u32> {
    let wait = Duration::from_millis(u64::MAX);
    Err(Arc::new(CallError::Plugin(PluginError::RateLimited(wait))).into())
}

async fn ask_all(lane: &Lane<Told>, count: u32) -> Vec<Result<u32, LaneError>> {
    futures::future::join_all((0..count).map(|number| lane.ask(None, number))).await
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_together_is_one_call() {
    let (lane, calls) = lane(BATCHES, well);
    let answers = ask_all(&lane, 40).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(*calls.lock().unwrap(), [40]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_costs_at_most_six_calls_a_minute_however_many_ask() {
    for batching in [
        BATCHES,
        Batching {
            most: 1,
            idle: Duration::ZERO,
        },
    ] {
        let (lane, calls) = lane(batching, fails);
        for minute in 1..=3 {
            let end = Instant::now() + Duration::from_mins(1);
            // What is asked waits for an attempt that is near, which may be the next minute's.
            while let Ok(answers) = tokio::time::timeout_at(end, ask_all(&lane, 1000)).await {
                let text = answers[999].as_ref().unwrap_err().to_string();
                assert!(text.contains("did not answer"), "{text}");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            let made = std::mem::take(&mut *calls.lock().unwrap()).len();
            assert!((1..=6).contains(&made), "{made} calls in minute {minute}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wish_pauses_the_lane_for_minutes_and_its_askers_not_at_all() {
    let (lane, calls) = lane(BATCHES, absurd);
    let start = Instant::now();
    assert!(lane.ask(None, 1).await.is_err());
    assert!(matches!(
        lane.ask(None, 2).await,
        Err(LaneError::NotAsked(_))
    ));
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "an requester waited"
    );
    tokio::time::advance(Duration::from_mins(5)).await;
    assert!(matches!(lane.ask(None, 3).await, Err(LaneError::Call(_))));
    assert_eq!(calls.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_answer_and_the_lane_continues() {
    let (lane, _) = lane(BATCHES, |questions| {
        assert!(questions != [13], "bad luck");
        well(questions)
    });
    assert!(matches!(lane.ask(None, 13).await, Err(LaneError::Panicked)));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(lane.ask(None, 7).await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_question_whose_asker_is_gone_is_not_asked() {
    let (lane, calls) = lane(BATCHES, well);
    let impatient = tokio::time::timeout(Duration::from_millis(20), lane.ask(None, 1));
    assert!(impatient.await.is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(*calls.lock().unwrap(), [] as [usize; 0]);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_act_nothing_is_asked() {
    let calls = Calls::default();
    let port = Told {
        calls: calls.clone(),
        answer: well,
    };
    let fence = Fence::until(Instant::now() + Duration::from_secs(1));
    let lane = Lane::start(port, BATCHES, Turns::new(1), fence);
    assert!(lane.ask(None, 1).await.is_ok());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(matches!(
        lane.ask(None, 2).await,
        Err(LaneError::NotLeading(_))
    ));
    assert_eq!(calls.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_too_large_is_halved_until_it_succeeds() {
    let (lane, calls) = lane(BATCHES, |questions| {
        if questions.len() > 3 {
            let text = "too much".to_owned();
            return Err(Arc::new(CallError::Plugin(PluginError::Other(text))).into());
        }
        well(questions)
    });
    for _ in 0..4 {
        ask_all(&lane, 20).await;
        tokio::time::advance(Duration::from_secs(10)).await;
    }
    let answers = ask_all(&lane, 20).await;
    let sizes = calls.lock().unwrap().clone();
    assert_eq!(sizes[..4], [20, 10, 5, 2], "{sizes:?}");
    assert!(answers[0].is_ok(), "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_is_dropped_ends_the_call_that_it_makes() {
    struct Ended(Calls);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(0);
        }
    }
    struct Hangs(Calls);
    impl Port for Hangs {
        type Question = ();
        type Answer = ();

        async fn ask(&self, _: Vec<()>) -> Asked<()> {
            let _ended = Ended(self.0.clone());
            std::future::pending().await
        }
    }
    let ended = Calls::default();
    let lane = Lane::start(
        Hangs(ended.clone()),
        BATCHES,
        Turns::new(1),
        Fence::unlimited(),
    );
    let asked = tokio::time::timeout(Duration::from_secs(5), lane.ask(None, ()));
    assert!(asked.await.is_err());
    drop(lane);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(*ended.lock().unwrap(), [0]);
}

#[tokio::test(start_paused = true)]
async fn lanes_that_share_their_turns_are_slowed_down_together_and_fail_alone() {
    let calls = Calls::default();
    let turns = Turns::new(1);
    let start = |answer| {
        let port = Told {
            calls: calls.clone(),
            answer,
        };
        Lane::start(port, BATCHES, turns.clone(), Fence::unlimited())
    };
    let (changes, looks): (Lane<Told>, Lane<Told>) = (start(fails), start(well));
    assert!(changes.ask(None, 1).await.is_err());
    assert!(
        looks.ask(None, 1).await.is_ok(),
        "a failure of changes stops no look"
    );
    let limited: Lane<Told> = start(absurd);
    assert!(limited.ask(None, 1).await.is_err());
    assert!(matches!(
        looks.ask(None, 1).await,
        Err(LaneError::NotAsked(_))
    ));
}
