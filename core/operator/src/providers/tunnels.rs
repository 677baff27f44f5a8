//! The tunnels of one provider: a few calls at a time, each for one tunnel.

use super::{
    error::{DEADLINE, LaneError, idempotency_key},
    lane::{Asked, Batching, Lane, Port, Turns},
    port::TunnelPort,
};
use crate::cluster::Fence;
use maquette_host::{
    Call, CallError,
    kinds::tunnel::{Established, Observed, Page, Spec, TunnelSecret},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// Calls at one time.
const AT_ONCE: usize = 4;
/// Most pages of a listing that are read.
const PAGES: usize = 200;
/// A call is about one tunnel.
const BATCHING: Batching = Batching {
    most: 1,
    idle: Duration::ZERO,
};

/// One provider's tunnels. A provider that hangs does not delay another's.
pub struct Tunnels(Lane<Calls>);

impl Tunnels {
    /// Tunnels with a lane of their own.
    pub(super) fn start(tunnel: Arc<dyn TunnelPort>, installation: String, fence: Fence) -> Self {
        let calls = Calls {
            tunnel,
            installation,
        };
        Self(Lane::start(calls, BATCHING, Turns::new(AT_ONCE), fence))
    }

    /// Creates the tunnel or finds it, for this object.
    ///
    /// # Errors
    /// Why the provider was not asked, gave no answer, or refuses.
    pub async fn ensure(
        &self,
        object: &str,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, LaneError> {
        let question = Question::Ensure(spec.clone(), secret.clone());
        self.established(object, question).await
    }

    /// The tunnel as it is, or nothing.
    ///
    /// # Errors
    /// Why the provider was not asked, or gave no answer.
    pub async fn observe(&self, object: &str, id: &str) -> Result<Option<Observed>, LaneError> {
        match self.ask(object, Question::Observe(id.to_owned())).await? {
            Answer::Seen(seen) => Ok(seen),
            _ => Err(LaneError::NoOutcome),
        }
    }

    /// The tunnel of this name that has this owner, where its identifier is not known.
    ///
    /// # Errors
    /// Why the provider was not asked, or gave no answer.
    pub async fn find(
        &self,
        object: &str,
        owner: &str,
        name: &str,
    ) -> Result<Option<Observed>, LaneError> {
        let mut cursor = None;
        for _ in 0..PAGES {
            let question = Question::List(owner.to_owned(), cursor);
            let Answer::Page(page) = self.ask(object, question).await? else {
                return Err(LaneError::NoOutcome);
            };
            let mine = |seen: &Observed| seen.name == name && seen.owner.as_deref() == Some(owner);
            if let Some(found) = page.items.into_iter().find(mine) {
                return Ok(Some(found));
            }
            cursor = match page.next {
                Some(next) => Some(next),
                None => return Ok(None),
            };
        }
        Err(LaneError::Call(Arc::new(CallError::Answer(format!(
            "list-owned has more than {PAGES} pages"
        )))))
    }

    /// Makes the routes of the specification those of the tunnel.
    ///
    /// # Errors
    /// Why the provider was not asked, gave no answer, or refuses.
    pub async fn set_routes(
        &self,
        object: &str,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
        expect: &str,
    ) -> Result<Established, LaneError> {
        let (id, expect) = (id.to_owned(), expect.to_owned());
        let question = Question::SetRoutes(id, spec.clone(), secret.clone(), expect);
        self.established(object, question).await
    }

    /// Gives the tunnel this secret.
    ///
    /// # Errors
    /// Why the provider was not asked, gave no answer, or refuses.
    pub async fn rotate(
        &self,
        object: &str,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, LaneError> {
        let question = Question::Rotate(id.to_owned(), spec.clone(), secret.clone());
        self.established(object, question).await
    }

    /// Disconnects and removes the tunnel.
    ///
    /// # Errors
    /// Why the provider was not asked, gave no answer, or refuses.
    pub async fn delete(&self, object: &str, id: &str, owner: &str) -> Result<(), LaneError> {
        let question = Question::Delete(id.to_owned(), owner.to_owned());
        self.ask(object, question).await.map(drop)
    }

    async fn established(
        &self,
        object: &str,
        question: Question,
    ) -> Result<Established, LaneError> {
        match self.ask(object, question).await? {
            Answer::Established(established) => Ok(*established),
            _ => Err(LaneError::NoOutcome),
        }
    }

    async fn ask(&self, object: &str, question: Question) -> Result<Answer, LaneError> {
        self.0.ask(None, (object.to_owned(), question)).await
    }
}

/// What is asked about one tunnel.
enum Question {
    Ensure(Spec, TunnelSecret),
    Observe(String),
    /// Owner, cursor.
    List(String, Option<String>),
    /// Identifier, specification, secret, expected version.
    SetRoutes(String, Spec, TunnelSecret, String),
    Rotate(String, Spec, TunnelSecret),
    /// Identifier, owner.
    Delete(String, String),
}

impl Question {
    /// Text that is the same for every attempt at the same intention.
    fn intention(&self) -> String {
        match self {
            Self::Ensure(spec, _) => format!("ensure {spec:?}"),
            Self::Observe(id) => format!("observe {id}"),
            Self::List(owner, cursor) => format!("list {owner} {cursor:?}"),
            Self::SetRoutes(id, spec, _, expect) => format!("set-routes {id} {spec:?} {expect}"),
            // Another secret is another intention.
            Self::Rotate(id, _, secret) => {
                format!("rotate {id} {}", idempotency_key(secret.expose()))
            }
            Self::Delete(id, _) => format!("delete {id}"),
        }
    }
}

enum Answer {
    Established(Box<Established>),
    Seen(Option<Observed>),
    Page(Page),
    Deleted,
}

struct Calls {
    tunnel: Arc<dyn TunnelPort>,
    installation: String,
}

impl Port for Calls {
    /// The object, and what is asked for it.
    type Question = (String, Question);
    type Answer = Answer;

    async fn ask(&self, questions: Vec<Self::Question>) -> Asked<Answer> {
        let mut answers = Vec::new();
        for (object, question) in questions {
            answers.push(Ok(self.one(object, question).await.map_err(Arc::new)?));
        }
        Ok(answers)
    }

    /// An error that is about one tunnel says nothing about another.
    fn is_trouble(error: &LaneError) -> bool {
        error.is_of_provider(true)
    }
}

impl Calls {
    async fn one(&self, object: String, question: Question) -> Result<Answer, CallError> {
        let call = Call {
            installation: self.installation.clone(),
            object,
            idempotency_key: idempotency_key(&question.intention()),
            deadline: (Instant::now() + DEADLINE).into_std(),
        };
        let tunnel = &self.tunnel;
        let established = |established| Answer::Established(Box::new(established));
        Ok(match &question {
            Question::Ensure(spec, secret) => {
                established(tunnel.ensure(&call, spec, secret).await?)
            }
            Question::Observe(id) => Answer::Seen(tunnel.observe(&call, id).await?),
            Question::List(owner, cursor) => {
                Answer::Page(tunnel.list_owned(&call, owner, cursor.as_deref()).await?)
            }
            Question::SetRoutes(id, spec, secret, expect) => {
                established(tunnel.set_routes(&call, id, spec, secret, expect).await?)
            }
            Question::Rotate(id, spec, secret) => {
                established(tunnel.rotate(&call, id, spec, secret).await?)
            }
            Question::Delete(id, owner) => {
                tunnel.delete(&call, id, owner).await?;
                Answer::Deleted
            }
        })
    }
}
