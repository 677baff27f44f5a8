//! Traffic of providers for whoever tries a plugin: kept as it comes, or answered from what was kept.
//!
//! What is kept holds no credential: requests are kept as the plugin wrote them, with names in the place of credentials, and
//! `redact` takes out what servers hand out. Matching (`exchange`) and redaction are pure.

mod exchange;
mod redact;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use exchange::{Answer, Body, Exchange, Question};
pub(super) use redact::Names;

/// Traffic of providers, in the order in which it was. Clones share it.
#[derive(Debug, Clone)]
pub struct Tape {
    replays: bool,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    /// By their places, those that were given as an answer.
    used: BTreeSet<usize>,
}

impl Tape {
    /// Keeps what goes to and comes from servers.
    pub fn record() -> Self {
        Self {
            replays: false,
            kept: Arc::default(),
        }
    }

    /// Answers in the servers' stead, each exchange once. Nothing leaves the machine.
    pub fn replay(exchanges: Vec<Exchange>) -> Self {
        let kept = Kept {
            exchanges,
            used: BTreeSet::new(),
        };
        Self {
            replays: true,
            kept: Arc::new(Mutex::new(kept)),
        }
    }

    /// What was kept so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().exchanges.clone()
    }

    /// What was recorded and nobody asked for in this replay.
    pub fn unused(&self) -> Vec<Question> {
        let kept = self.lock();
        let unused = kept.exchanges.iter().enumerate();
        unused
            .filter(|(place, _)| !kept.used.contains(place))
            .map(|(_, exchange)| exchange.question.clone())
            .collect()
    }

    pub(super) fn replays(&self) -> bool {
        self.replays
    }

    pub(super) fn keep(&self, exchange: Exchange) {
        self.lock().exchanges.push(exchange);
    }

    /// The answer to this question.
    ///
    /// # Errors
    /// It was not recorded, or not as often; names it.
    pub(super) fn answer(&self, question: &Question) -> Result<Answer, String> {
        let mut kept = self.lock();
        let matching = |exchange: &Exchange| exchange.question.is_same(question);
        let found = kept
            .exchanges
            .iter()
            .enumerate()
            .find(|(place, exchange)| !kept.used.contains(place) && matching(exchange))
            .map(|(place, exchange)| (place, exchange.answer.clone()));
        if let Some((place, answer)) = found {
            kept.used.insert(place);
            return Ok(answer);
        }
        let times = kept.exchanges.iter().filter(|it| matching(it)).count();
        Err(match times {
            0 => format!("the recording has no request `{question}`; record it again"),
            times => format!(
                "the recording has the request `{question}` {times} times, and it was made once more; record it again"
            ),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Body, Exchange, Question, Tape};

    fn asked(url: &str, body: &str) -> Question {
        Question::Http {
            method: "POST".into(),
            url: url.into(),
            headers: [("date".to_owned(), "now".to_owned())].into(),
            body: Body::from(body.as_bytes()),
        }
    }

    fn exchange(url: &str, body: &str, status: u16) -> Exchange {
        Exchange {
            question: asked(url, body),
            answer: Answer::Http {
                status,
                headers: [].into(),
                body: Body::from(&b""[..]),
            },
        }
    }

    fn status(answer: Result<Answer, String>) -> u16 {
        match answer {
            Ok(Answer::Http { status, .. }) => status,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_exchange_answers_once_and_in_its_order() {
        let tape = Tape::replay(vec![
            exchange("http://a/", "x", 503),
            exchange("http://a/", "x", 200),
            exchange("http://a/", "y", 201),
        ]);
        let question = asked("http://a/", "x");
        assert_eq!(status(tape.answer(&question)), 503);
        assert_eq!(status(tape.answer(&question)), 200);
        assert_eq!(tape.unused(), [asked("http://a/", "y")]);
        let told = tape.answer(&question).unwrap_err();
        assert!(
            told.contains("POST http://a/") && told.contains("2 times"),
            "{told}"
        );
    }

    #[test]
    fn what_was_not_recorded_is_named() {
        let tape = Tape::replay(vec![exchange("http://a/", "x", 200)]);
        let told = tape.answer(&asked("http://a/other", "x")).unwrap_err();
        assert!(
            told.contains("no request `POST http://a/other with 1 octets`"),
            "{told}"
        );
        assert!(tape.answer(&asked("http://a/", "z")).is_err());
    }
}
