//! An HTTP server in front of the provider's: it counts, answers by itself, loses answers, hangs, and lets others act
//! between two requests. Knows HTTP and nothing of any provider.

mod forward;
mod front;

use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use forward::Upstream;
pub(crate) use front::Front;

/// An answer that the front gives by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Answer {
    /// An answer with this status and body, and no headers.
    pub fn new(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The time to wait that it asks for, where it says so in seconds.
    pub(crate) fn wait(&self) -> Option<std::time::Duration> {
        let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("retry-after");
        let (_, value) = self.headers.iter().find(named)?;
        value.parse().ok().map(std::time::Duration::from_secs)
    }

    /// 429 with `Retry-After: 90` (RFC 6585, section 4; RFC 9110, section 10.2.3).
    pub fn too_many_requests() -> Self {
        Self::new(429, "").with_header("Retry-After", "90")
    }
}

/// What becomes of one request.
pub(crate) enum Action {
    /// The provider answers.
    Forward,
    /// Something else happens first, then the provider answers.
    ForwardAfter(Deed),
    /// The front answers.
    Answer(Answer),
    /// The provider does it, and the connection ends without an answer.
    LoseAnswer,
    /// Nobody ever answers.
    Hang,
}

/// Something that is done between two requests.
pub(crate) type Deed = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A request, as far as a rule looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
}

impl Seen {
    /// Whether it may change something. `reads` are exceptions, as `METHOD /start-of-path`.
    pub(crate) fn is_write(&self, reads: &[String]) -> bool {
        let quiet = matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS");
        let line = format!("{} {}", self.method, self.path);
        !quiet && !reads.iter().any(|read| line.starts_with(read.as_str()))
    }
}

pub(crate) type Decide = dyn Fn(&Seen) -> Action + Send + Sync;

/// What the front does with the next requests, and what it saw. Shared between a rule and the server.
#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<State>>);

struct State {
    decide: Arc<Decide>,
    seen: Vec<Seen>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            decide: Arc::new(|_| Action::Forward),
            seen: Vec::new(),
        })))
    }

    /// Decides by this from now on, and forgets what was seen.
    pub(crate) fn set(&self, decide: impl Fn(&Seen) -> Action + Send + Sync + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.decide = Arc::new(decide);
        state.seen.clear();
    }

    /// The requests since the last [`Script::set`].
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .seen
            .clone()
    }

    fn next(&self, seen: &Seen) -> Action {
        let decide = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.seen.push(seen.clone());
            state.decide.clone()
        };
        decide(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn what_changes_nothing_is_no_write() {
        let seen = |method: &str, path: &str| Seen {
            method: method.into(),
            path: path.into(),
        };
        let reads = ["POST /token".to_owned()];
        assert!(!seen("GET", "/a").is_write(&reads));
        assert!(!seen("POST", "/token?x").is_write(&reads));
        assert!(seen("POST", "/a").is_write(&reads));
        assert!(seen("PATCH", "/token").is_write(&reads));
    }
}
