//! Events: published beside the work, which never waits for them.

use super::{
    controller::{Controller, Report, Status},
    metrics::Metrics,
    plan::Notice,
};
use kube::{
    Resource,
    core::object::HasStatus as _,
    runtime::events::{Event, EventType, Recorder},
};
use maquette_api::condition;
use std::{sync::Arc, time::Duration};

/// How long publishing one event may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// Longest message of an event, in characters (the API server's limit is 1,024 bytes).
const LONGEST: usize = 1000;

/// Publishes events.
#[derive(Clone)]
pub(super) struct Events {
    recorder: Recorder,
    metrics: Metrics,
}

impl Events {
    pub(super) fn new(recorder: Recorder, metrics: Metrics) -> Self {
        Self { recorder, metrics }
    }

    /// Publishes the notices about the object. Returns at once.
    pub(super) fn publish<K: Resource<DynamicType = ()>>(&self, object: &K, notices: &[Notice]) {
        for notice in notices {
            let event = Event {
                type_: if notice.warning {
                    EventType::Warning
                } else {
                    EventType::Normal
                },
                reason: notice.reason.to_owned(),
                note: Some(notice.message.chars().take(LONGEST).collect()),
                action: "Reconcile".to_owned(),
                secondary: None,
            };
            let (recorder, reference) = (self.recorder.clone(), object.object_ref(&()));
            self.metrics.wrote("Event", "create");
            tokio::spawn(async move {
                match tokio::time::timeout(DEADLINE, recorder.publish(&event, &reference)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::debug!(%error, "an event was not published"),
                    Err(_) => tracing::debug!("an event was not accepted in time"),
                }
            });
        }
    }

    /// Publishes an event where a problem begins or changes its reason.
    pub(super) fn publish_verdict<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        report: &Report<Status<C>>,
    ) {
        let before = object
            .status()
            .and_then(|status| condition::find(C::conditions(status), condition::READY));
        if !report.verdict.is_problem() || before.is_some_and(|c| c.reason == report.verdict.reason)
        {
            return;
        }
        let notice = Notice {
            warning: true,
            reason: report.verdict.reason,
            message: report.verdict.message.clone(),
        };
        self.publish(object.as_ref(), &[notice]);
    }
}
