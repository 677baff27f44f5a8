//! One zone's lane: what many objects ask of it within a short window becomes one call of the provider.

use super::{
    error::{CAPACITY, DEADLINE, LONGEST_PAUSE, LaneError, idempotency_key},
    port::DnsPort,
};
use maquette_host::{
    Call, Payer, PluginError,
    dns::{Change, Observed, RecordSet},
    on_behalf_of,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// A batch is closed when nothing was asked for this long …
const IDLE: Duration = Duration::from_millis(100);
/// … or, once it holds so many questions that more of them are on their way, for this long …
const BURST_IDLE: Duration = Duration::from_millis(500);
const BURST: usize = 8;
/// … or when its first question has waited this long …
const WINDOW: Duration = Duration::from_secs(5);
/// … or when it has this many entries.
const BATCH: usize = 500;

/// One zone's lane. A lane that is stuck delays nobody else's.
pub struct Lane {
    questions: mpsc::Sender<Question>,
}

/// A record set as it is, and as the provider would write what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Every record set of the name.
    pub live: Vec<Observed>,
    /// What is wanted, in the provider's own form.
    pub normal: Option<RecordSet>,
}

struct Question {
    payer: Payer,
    ask: Ask,
}

enum Ask {
    Look {
        name: String,
        wanted: Option<RecordSet>,
        answer: oneshot::Sender<Result<Sight, LaneError>>,
    },
    Change {
        change: Change,
        answer: oneshot::Sender<Result<String, LaneError>>,
    },
}

impl Lane {
    /// A lane that ends when the last handle to it is dropped.
    pub fn start(
        dns: Arc<dyn DnsPort>,
        installation: String,
        object: String,
        zone: String,
    ) -> Self {
        let (questions, receiver) = mpsc::channel(CAPACITY);
        tokio::spawn(drive(
            Zone {
                dns,
                installation,
                object,
                name: zone,
            },
            receiver,
        ));
        Self { questions }
    }

    /// Every record set of the name as it is, and `wanted` in the provider's own form.
    pub async fn look(
        &self,
        payer: Payer,
        name: String,
        wanted: Option<RecordSet>,
    ) -> Result<Sight, LaneError> {
        self.ask(payer, |answer| Ask::Look {
            name,
            wanted,
            answer,
        })
        .await
    }

    /// Makes one change. Gives the new `etag`, empty after a deletion.
    pub async fn change(&self, payer: Payer, change: Change) -> Result<String, LaneError> {
        self.ask(payer, |answer| Ask::Change { change, answer })
            .await
    }

    async fn ask<T>(
        &self,
        payer: Payer,
        ask: impl FnOnce(oneshot::Sender<Result<T, LaneError>>) -> Ask,
    ) -> Result<T, LaneError> {
        let (sender, receiver) = oneshot::channel();
        let ask = ask(sender);
        self.questions
            .try_send(Question { payer, ask })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => LaneError::Full,
                mpsc::error::TrySendError::Closed(_) => LaneError::Closed,
            })?;
        receiver.await.unwrap_or(Err(LaneError::Closed))
    }
}

struct Zone {
    dns: Arc<dyn DnsPort>,
    installation: String,
    object: String,
    name: String,
}

/// Gathers questions into batches and asks them, one batch after the other.
async fn drive(zone: Zone, mut questions: mpsc::Receiver<Question>) {
    while let Some(first) = questions.recv().await {
        let mut batch = vec![first];
        let end = Instant::now() + WINDOW;
        while batch.len() < BATCH {
            let idle = if batch.len() < BURST {
                IDLE
            } else {
                BURST_IDLE
            };
            let pause = end.min(Instant::now() + idle);
            match tokio::time::timeout_at(pause, questions.recv()).await {
                Ok(Some(question)) => batch.push(question),
                Ok(None) | Err(_) => break,
            }
        }
        if let Some(pause) = zone.answer(batch).await {
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
        }
    }
}

impl Zone {
    /// Asks and answers. Returns how long the provider wants to be left alone.
    async fn answer(&self, batch: Vec<Question>) -> Option<Duration> {
        let mut wait = None;
        let (mut looks, mut changes) = (Vec::new(), Vec::new());
        let (mut look_payers, mut change_payers) = (Vec::new(), Vec::new());
        for Question { payer, ask } in batch {
            match ask {
                Ask::Look {
                    name,
                    wanted,
                    answer,
                } => {
                    looks.push((name, wanted, answer));
                    look_payers.push(payer);
                }
                Ask::Change { change, answer } => {
                    changes.push((change, answer));
                    change_payers.push(payer);
                }
            }
        }
        if !changes.is_empty() {
            let (changes, answers): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
            match on_behalf_of(change_payers, self.change(&changes)).await {
                Ok(outcomes) => {
                    let mut outcomes = outcomes.into_iter();
                    for answer in answers {
                        let outcome = outcomes
                            .next()
                            .map_or(Err(LaneError::NoOutcome), |outcome| {
                                outcome.map_err(LaneError::Refused)
                            });
                        wait = wait.max(outcome.as_ref().err().and_then(LaneError::pause));
                        let _ = answer.send(outcome);
                    }
                }
                Err(error) => {
                    wait = wait.max(error.pause());
                    for answer in answers {
                        let _ = answer.send(Err(error.clone()));
                    }
                }
            }
        }
        if !looks.is_empty() {
            let names: BTreeSet<String> = looks.iter().map(|(name, ..)| name.clone()).collect();
            let wanted: Vec<RecordSet> = looks
                .iter()
                .filter_map(|(_, wanted, _)| wanted.clone())
                .collect();
            match on_behalf_of(look_payers, self.look(names, &wanted)).await {
                Ok((live, normal)) => {
                    let mut normal = normal.into_iter();
                    for (name, wanted, answer) in looks {
                        let sight = Sight {
                            live: live
                                .iter()
                                .filter(|seen| seen.records.name == name)
                                .cloned()
                                .collect(),
                            normal: wanted.and_then(|_| normal.next()),
                        };
                        let _ = answer.send(Ok(sight));
                    }
                }
                Err(error) => {
                    wait = wait.max(error.pause());
                    for (.., answer) in looks {
                        let _ = answer.send(Err(error.clone()));
                    }
                }
            }
        }
        wait
    }

    async fn look(
        &self,
        names: BTreeSet<String>,
        wanted: &[RecordSet],
    ) -> Result<(Vec<Observed>, Vec<RecordSet>), LaneError> {
        let names: Vec<String> = names.into_iter().collect();
        let live = self
            .dns
            .observe(&self.call(&names.join(" ")), &self.name, &names)
            .await
            .map_err(Arc::new)?;
        let normal = match wanted {
            [] => Vec::new(),
            wanted => self
                .dns
                .normalize(&self.call("normalize"), wanted)
                .await
                .map_err(Arc::new)?,
        };
        Ok((live, normal))
    }

    async fn change(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<String, PluginError>>, LaneError> {
        let call = self.call(&format!("{changes:?}"));
        Ok(self
            .dns
            .apply(&call, &self.name, changes)
            .await
            .map_err(Arc::new)?)
    }

    /// The key is the same for every attempt at the same batch.
    fn call(&self, intention: &str) -> Call {
        Call {
            installation: self.installation.clone(),
            object: self.object.clone(),
            idempotency_key: idempotency_key(intention),
            deadline: (Instant::now() + DEADLINE).into_std(),
        }
    }
}
