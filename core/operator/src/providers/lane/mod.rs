//! A lane: the one way to ask a provider. It gathers questions into calls, and keeps a provider that fails, or that
//! wishes to be left alone, from being asked.
//!
//! Guarantees: at most so many calls at one time; no call without the right to act; no call for an requester that is gone;
//! after a call that failed as a whole, waiting questions get that failure, the next call is made after a time that grows,
//! and has half as many questions; a lane does not end before it is dropped, and then its calls end with it.

mod gate;
#[cfg(test)]
mod tests;

use super::error::{CAPACITY, LaneError};
use crate::cluster::Fence;
use futures::FutureExt as _;
use gate::{Admission, Gate};
use maquette_host::{Payer, on_behalf_of};
use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinSet,
    time::Instant,
};
use tokio_util::task::AbortOnDropHandle;

/// Once a batch holds so many questions, more of them are on their way …
const BURST: usize = 8;
/// … so that it is closed when nothing was asked for this long …
const BURST_IDLE: Duration = Duration::from_millis(500);
/// … or when its first question has waited this long.
const WINDOW: Duration = Duration::from_secs(5);

/// One answer for each question in their order, or the failure of the call as a whole.
pub(super) type Asked<A> = Result<Vec<Result<A, LaneError>>, LaneError>;

/// What a lane asks.
pub(super) trait Port: Send + Sync + 'static {
    /// One question.
    type Question: Send + 'static;
    /// Its answer.
    type Answer: Send + 'static;

    /// Asks all questions with one call.
    fn ask(
        &self,
        questions: Vec<Self::Question>,
    ) -> impl Future<Output = Asked<Self::Answer>> + Send;

    /// Whether the failure of a call says that the next one will fail, too.
    fn is_trouble(_error: &LaneError) -> bool {
        true
    }
}

/// How a lane gathers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batching {
    /// Most questions of one call.
    pub(super) most: usize,
    /// A batch is closed when nothing was asked for this long.
    pub(super) idle: Duration,
}

/// Calls at one time, and the wish of the provider to be left alone. Lanes that share it are slowed down together.
#[derive(Debug)]
pub(super) struct Turns {
    calls: Arc<Semaphore>,
    wish: Gate,
}

impl Turns {
    /// For so many calls at one time.
    pub(super) fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            calls: Arc::new(Semaphore::new(at_once)),
            wish: Gate::default(),
        })
    }
}

/// The way to ask `P`.
pub(super) struct Lane<P: Port> {
    questions: mpsc::Sender<Waiting<P>>,
    _task: AbortOnDropHandle<()>,
}

struct Waiting<P: Port> {
    payer: Option<Payer>,
    question: P::Question,
    answer: oneshot::Sender<Result<P::Answer, LaneError>>,
}

impl<P: Port> Lane<P> {
    /// A lane that ends when it is dropped.
    pub(super) fn start(port: P, batching: Batching, turns: Arc<Turns>, fence: Fence) -> Self {
        let (questions, mut receiver) = mpsc::channel(CAPACITY);
        let state = Arc::new(State {
            port,
            turns,
            fence,
            gate: Gate::default(),
            most: AtomicUsize::new(batching.most),
            batching,
        });
        let task = async move {
            while AssertUnwindSafe(drive(&state, &mut receiver))
                .catch_unwind()
                .await
                .is_err()
            {
                tracing::error!("a lane panicked; it continues");
            }
        };
        Self {
            questions,
            _task: AbortOnDropHandle::new(tokio::spawn(task)),
        }
    }

    /// Asks. Whoever does not wait for the answer any more is not asked for.
    pub(super) async fn ask(
        &self,
        payer: Option<Payer>,
        question: P::Question,
    ) -> Result<P::Answer, LaneError> {
        let (answer, receiver) = oneshot::channel();
        let waiting = Waiting {
            payer,
            question,
            answer,
        };
        self.questions
            .try_send(waiting)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => LaneError::Full,
                mpsc::error::TrySendError::Closed(_) => LaneError::Closed,
            })?;
        receiver.await.unwrap_or(Err(LaneError::Closed))
    }
}

struct State<P: Port> {
    port: P,
    turns: Arc<Turns>,
    fence: Fence,
    gate: Gate,
    batching: Batching,
    /// Most questions of the next call.
    most: AtomicUsize,
}

async fn drive<P: Port>(state: &Arc<State<P>>, receiver: &mut mpsc::Receiver<Waiting<P>>) {
    let mut calls = JoinSet::new();
    let mut held = VecDeque::new();
    loop {
        while calls.try_join_next().is_some() {}
        if held.is_empty() {
            let Some(first) = receiver.recv().await else {
                // Askers have left; calls that have begun end.
                while calls.join_next().await.is_some() {}
                return;
            };
            held.push_back(first);
        }
        state.gather(&mut held, receiver).await;
        let Ok(turn) = state.turns.calls.clone().acquire_owned().await else {
            return;
        };
        // More was asked while other calls were made.
        while let Ok(next) = receiver.try_recv() {
            held.push_back(next);
        }
        if let Err(error) = state.admit().await {
            for waiting in held.drain(..) {
                let _ = waiting.answer.send(Err(error.clone()));
            }
            continue;
        }
        held.retain(|waiting: &Waiting<P>| !waiting.answer.is_closed());
        let most = state.most.load(Ordering::Relaxed).min(held.len());
        let batch: Vec<_> = held.drain(..most).collect();
        if !batch.is_empty() {
            let state = state.clone();
            calls.spawn(async move { state.call(batch, turn).await });
        }
    }
}

impl<P: Port> State<P> {
    /// Waits for what is asked together.
    async fn gather(
        &self,
        held: &mut VecDeque<Waiting<P>>,
        receiver: &mut mpsc::Receiver<Waiting<P>>,
    ) {
        let end = Instant::now() + WINDOW;
        while held.len() < self.most.load(Ordering::Relaxed) {
            let idle = if held.len() < BURST || self.batching.idle.is_zero() {
                self.batching.idle
            } else {
                BURST_IDLE
            };
            let pause = end.min(Instant::now() + idle);
            match tokio::time::timeout_at(pause, receiver.recv()).await {
                Ok(Some(question)) => held.push_back(question),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Whether the provider may be asked now; what is near is waited for.
    async fn admit(&self) -> Result<(), LaneError> {
        for gate in [&self.turns.wish, &self.gate] {
            loop {
                match gate.admission() {
                    Admission::Open => break,
                    Admission::Soon(at) => tokio::time::sleep_until(at).await,
                    Admission::Closed(error) => return Err(error),
                }
            }
        }
        Ok(self.fence.check()?)
    }

    async fn call(&self, batch: Vec<Waiting<P>>, turn: OwnedSemaphorePermit) {
        let size = batch.len();
        let (mut questions, mut answers, mut payers) = (Vec::new(), Vec::new(), Vec::new());
        for waiting in batch {
            questions.push(waiting.question);
            answers.push(waiting.answer);
            payers.extend(waiting.payer);
        }
        let asking = on_behalf_of(payers, self.port.ask(questions));
        let asked = AssertUnwindSafe(asking).catch_unwind().await;
        let asked = asked.unwrap_or(Err(LaneError::Panicked));
        self.note(&asked, size);
        // The next call may be made before the askers continue.
        drop(turn);
        match asked {
            Ok(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                for answer in answers {
                    let _ = answer.send(outcomes.next().unwrap_or(Err(LaneError::NoOutcome)));
                }
            }
            Err(error) => {
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Learns from what was answered to so many questions.
    fn note(&self, asked: &Asked<P::Answer>, size: usize) {
        let errors: Vec<&LaneError> = match asked {
            Ok(outcomes) => outcomes.iter().filter_map(|o| o.as_ref().err()).collect(),
            Err(error) => vec![error],
        };
        let wish = errors.iter().max_by_key(|error| error.pause());
        if let Some((wish, error)) = wish.and_then(|error| Some((error.pause()?, error))) {
            self.turns.wish.pause(wish, error);
        }
        let trouble = match asked {
            Err(error) => Some(error).filter(|error| P::is_trouble(error)),
            Ok(outcomes) => {
                let all = size > 0 && errors.len() == outcomes.len();
                let of_provider = |error: &&&LaneError| error.is_of_provider(size < 2);
                errors
                    .last()
                    .copied()
                    .filter(|_| all && errors.iter().filter(of_provider).count() == errors.len())
            }
        };
        match trouble {
            Some(error) => self.gate.failed(error),
            None => self.gate.worked(),
        }
        let most = self.most.load(Ordering::Relaxed);
        let most = match asked {
            Err(error) if error.depends_on_size() && size > 1 => (size / 2).min(most),
            // It grows slowly, because what was too much once is too much again.
            Ok(_) if size >= most => most.saturating_add((most / 8).max(1)),
            Err(_) | Ok(_) => most,
        };
        self.most
            .store(most.clamp(1, self.batching.most), Ordering::Relaxed);
    }
}
