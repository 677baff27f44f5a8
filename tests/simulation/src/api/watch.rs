//! Watches: the history of a resource as one client hears it, late and with interruptions.

use super::{
    object::Object,
    refused::{Refused, failure},
    request::Request,
    resource::{Resource, table},
    selector::Selector,
    store::Change,
};
use crate::{random::Random, world::Shared};
use bytes::Bytes;
use futures::{Stream, stream};
use serde_json::{Value, json};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::time::Instant;

/// How watches of a resource break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// The connection ends.
    End,
    /// The connection is reset.
    Reset,
    /// The client has to list again.
    Expired,
    /// The connection stays open and carries nothing more.
    Freeze,
}

/// How long a watch may be silent before the client ends it.
const SILENCE: Duration = Duration::from_mins(1);

/// One watch of one client.
struct Watch {
    sim: Shared,
    instance: usize,
    resource: Resource,
    selector: Selector,
    number: u64,
    position: usize,
    breaks: u64,
    frozen: Option<Instant>,
    deadline: Instant,
    ready: VecDeque<Bytes>,
    over: bool,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The lines that a client hears.
pub(crate) fn lines(
    sim: &Shared,
    instance: usize,
    request: &Request,
) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
    let seconds = request.parameter("timeoutSeconds");
    let seconds = seconds.and_then(|s| s.parse().ok()).unwrap_or(290);
    let initial = request.parameter("sendInitialEvents") == Some("true");
    let from: u64 = request
        .parameter("resourceVersion")
        .and_then(|version| version.parse().ok())
        .unwrap_or(0);
    let resource = request.resource;
    let selector = request.selector();
    let watch = sim.with(|world| {
        world.watches += 1;
        let log = world.store.log.entry(resource).or_default();
        let mut ready = VecDeque::new();
        let position = if initial || from == 0 {
            for (_, object) in world.store.of(resource) {
                if selector.selects(object) {
                    ready.push_back(line("ADDED", object.text()));
                }
            }
            if initial {
                ready.push_back(bookmark(resource, world.store.version(), true));
            }
            world.store.log.get(&resource).map_or(0, Vec::len)
        } else {
            log.partition_point(|change| change.version <= from)
        };
        let compacted = world.store.compacted.get(&resource).copied().unwrap_or(0);
        let mut over = false;
        if !initial && from != 0 && from < compacted {
            ready.push_back(expired());
            over = true;
        }
        Watch {
            sim: sim.clone(),
            instance,
            resource,
            selector,
            number: world.watches,
            position,
            breaks: world.breaks.get(&resource).map_or(0, |(count, _)| *count),
            frozen: None,
            deadline: Instant::now() + Duration::from_secs(seconds),
            ready,
            over,
        }
    });
    stream::unfold(watch, async |mut watch| {
        let next = watch.next().await?;
        Some((next, watch))
    })
}

enum Next {
    Line(Bytes),
    Fail(&'static str),
    End,
    WaitUntil(Instant),
    Wait,
}

impl Watch {
    async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(Ok(line));
            }
            if self.over {
                return None;
            }
            let sim = self.sim.clone();
            let changed = sim.changed[self.resource].notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.step() {
                Next::Line(line) => return Some(Ok(line)),
                Next::Fail(message) => {
                    self.over = true;
                    return Some(Err(message.into()));
                }
                Next::End => return None,
                Next::WaitUntil(at) => {
                    let at = at.min(self.deadline);
                    let _ = tokio::time::timeout_at(at, changed).await;
                }
                Next::Wait => {
                    let _ = tokio::time::timeout_at(self.deadline, changed).await;
                }
            }
        }
    }

    fn step(&mut self) -> Next {
        let sim = self.sim.clone();
        sim.with(|world| {
            let now = Instant::now();
            if !world.is_alive(self.instance) {
                return Next::Fail("the process does not exist any more");
            }
            if world.is_cut_off(self.instance) {
                return Next::Fail("connection reset by peer");
            }
            let (breaks, kind) = world
                .breaks
                .get(&self.resource)
                .copied()
                .unwrap_or((0, Break::End));
            if breaks != self.breaks {
                self.breaks = breaks;
                match kind {
                    Break::End => return Next::End,
                    Break::Reset => return Next::Fail("connection reset by peer"),
                    Break::Expired => {
                        self.over = true;
                        return Next::Line(expired());
                    }
                    Break::Freeze => self.frozen = Some((now + SILENCE).min(self.deadline)),
                }
            }
            if let Some(until) = self.frozen {
                return if now >= until {
                    Next::Fail("connection timed out")
                } else {
                    Next::WaitUntil(until)
                };
            }
            if now >= self.deadline {
                self.over = true;
                return Next::Line(bookmark(self.resource, self.heard(world), false));
            }
            if let Some(until) = world.lag.get(&self.resource)
                && *until > now
            {
                return Next::WaitUntil(*until);
            }
            let log = world.store.log.get(&self.resource);
            let log = log.map(Vec::as_slice).unwrap_or_default();
            while let Some(change) = log.get(self.position) {
                let at = change.at + lag(change.version, self.number);
                if at > now {
                    return Next::WaitUntil(at);
                }
                self.position += 1;
                if let Some(line) = self.event(change) {
                    return Next::Line(line);
                }
            }
            Next::Wait
        })
    }

    /// The version up to which the client has heard everything.
    fn heard(&self, world: &crate::world::World) -> u64 {
        let log = world.store.log.get(&self.resource);
        match log.and_then(|log| log.get(self.position)) {
            Some(next) => next.version - 1,
            None => world.store.version(),
        }
    }

    fn event(&self, change: &Change) -> Option<Bytes> {
        let selected = |object: &Option<Arc<Object>>| {
            object
                .as_ref()
                .filter(|object| self.selector.selects(object))
                .cloned()
        };
        match (selected(&change.before), selected(&change.after)) {
            (None, None) => None,
            (None, Some(after)) => Some(line("ADDED", after.text())),
            (Some(_), Some(after)) => Some(line("MODIFIED", after.text())),
            (Some(before), None) => match &change.after {
                // It is still there and not selected any more.
                Some(after) => Some(line("DELETED", after.text())),
                None => Some(line("DELETED", before.text())),
            },
        }
    }
}

/// Mostly a few milliseconds, sometimes much longer: each watch has its own.
fn lag(version: u64, watch: u64) -> Duration {
    let mut random = Random::new(version, watch);
    Duration::from_millis(match random.below(100) {
        0..60 => random.below(4),
        60..95 => random.below(60),
        _ => random.below(1500),
    })
}

fn line(kind: &str, object: &Bytes) -> Bytes {
    let mut line = Vec::with_capacity(object.len() + 40);
    line.extend_from_slice(br#"{"type":""#);
    line.extend_from_slice(kind.as_bytes());
    line.extend_from_slice(br#"","object":"#);
    line.extend_from_slice(object);
    line.extend_from_slice(b"}\n");
    line.into()
}

fn bookmark(resource: Resource, version: u64, initial: bool) -> Bytes {
    let row = &table()[resource];
    let annotations = if initial {
        json!({ "k8s.io/initial-events-end": "true" })
    } else {
        json!({})
    };
    let object = json!({
        "kind": row.kind, "apiVersion": row.api_version,
        "metadata": { "resourceVersion": version.to_string(), "annotations": annotations },
    });
    line("BOOKMARK", &object.to_string().into())
}

fn expired() -> Bytes {
    let status: Value = failure(&Refused::new(410, "Expired", "too old resource version"));
    line("ERROR", &status.to_string().into())
}
