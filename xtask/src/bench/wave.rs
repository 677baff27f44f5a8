//! Many workspaces that are created or deleted at once, and the cost of that.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use kube::{Api, Client};
use maquette_api::Workspace;

use super::audit::{Log, Request};
use super::census::Census;
use super::counters::{ByLabel, growth};
use super::field::Field;
use super::workspaces::{Reach, Shape, create, delete_all, namespace};

const WITHIN: Duration = Duration::from_mins(5);
/// A status without urgency waits 5 s for a better one. Afterwards the operator writes nothing more.
pub(super) const CALM: Duration = Duration::from_secs(8);

/// Workspaces of one shape in one namespace. Those with lower numbers exist already.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) namespace: String,
    shape: Shape,
    numbers: Range<u32>,
}

impl Group {
    pub(super) fn new(namespace: &str, shape: Shape, numbers: Range<u32>) -> Self {
        Self {
            namespace: namespace.to_owned(),
            shape,
            numbers,
        }
    }

    /// Number of its workspaces.
    pub(super) fn count(&self) -> f64 {
        f64::from(self.numbers.end.saturating_sub(self.numbers.start))
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let namespace = self.namespace.clone();
        self.numbers
            .clone()
            .map(move |number| format!("{namespace}-{number}"))
    }

    fn api(&self, client: &Client) -> Api<Workspace> {
        Api::namespaced(client.clone(), &self.namespace)
    }
}

/// Three workspaces in four have one component, the fourth has three; all have a route and a record. The numbers are
/// divisible by four.
pub(super) fn mixed(place: &str, numbers: &Range<u32>) -> [Group; 2] {
    let part = |parts: u32| numbers.start / 4 * parts..numbers.end / 4 * parts;
    [
        Group::new(place, Shape::One(Reach::ByName), part(3)),
        Group::new(&format!("{place}-three"), Shape::Three, part(1)),
    ]
}

/// The explanation of [`mixed`] for readers of figures.
pub(super) const MIXED: &str = "Mixed: three workspaces in four have one component, the fourth has three that wait for each other; \
     all have a route and a record.";

/// The cost of a wave. All requests are counted until the operator is at rest, also those after the last workspace was
/// Ready.
pub(super) struct Wave {
    pub(super) took: Duration,
    pub(super) requests: Vec<Request>,
    /// CPU time of the operator.
    pub(super) cpu: Duration,
    /// By kind.
    pub(super) reconciles: ByLabel,
}

/// Creates workspaces, waits until all are Ready and then until the operator is at rest.
pub(super) async fn ready(field: &Field, audit: &mut Log, groups: &[Group]) -> Result<Wave> {
    let mut prepared = Vec::new();
    for group in groups {
        namespace(&field.client, &group.namespace).await?;
        let api = group.api(&field.client);
        let objects = group.names().map(|name| group.shape.named(&name));
        let objects = objects.collect::<Result<Vec<_>>>()?;
        prepared.push((group, Census::of_workspaces(api.clone()), api, objects));
    }
    let start = Start::now(field).await?;
    let mut waiting = Vec::new();
    for (group, census, api, objects) in prepared {
        create(&api, objects).await?;
        waiting.push((group, census));
    }
    for (group, mut census) in waiting {
        let all = usize::try_from(group.numbers.end)?;
        let what = format!("{all} workspaces in {} to be Ready", group.namespace);
        census
            .wait(&what, WITHIN, |seen| seen.wanted == all)
            .await?;
    }
    start.end(field, audit).await
}

/// Deletes workspaces, waits until all are deleted and then until the operator is at rest.
pub(super) async fn deleted(field: &Field, audit: &mut Log, groups: &[Group]) -> Result<Wave> {
    let start = Start::now(field).await?;
    let mut waiting = Vec::new();
    for group in groups {
        let api = group.api(&field.client);
        waiting.push((group, Census::of_workspaces(api.clone())));
        delete_all(&api, group.names().collect()).await?;
    }
    for (group, mut census) in waiting {
        let left = usize::try_from(group.numbers.start)?;
        let what = format!("the workspaces in {} to be deleted", group.namespace);
        census
            .wait(&what, WITHIN, |seen| seen.total == left)
            .await?;
    }
    start.end(field, audit).await
}

/// The moment before a wave.
struct Start {
    at: Timestamp,
    began: Instant,
    cpu: Duration,
    reconciles: ByLabel,
}

impl Start {
    async fn now(field: &Field) -> Result<Self> {
        Ok(Self {
            reconciles: field.operator.reconciles().await?,
            cpu: field.operator.cpu()?,
            at: Timestamp::now(),
            began: Instant::now(),
        })
    }

    /// Called as soon as the wave has reached its goal.
    async fn end(self, field: &Field, audit: &mut Log) -> Result<Wave> {
        let took = self.began.elapsed();
        audit.quiet(CALM, WITHIN).await?;
        Ok(Wave {
            took,
            requests: audit.between(self.at, Timestamp::now())?,
            cpu: field.operator.cpu()?.saturating_sub(self.cpu),
            reconciles: growth(&self.reconciles, &field.operator.reconciles().await?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_wave_continues_where_the_last_one_ended() {
        let numbers = |numbers: Range<u32>| mixed("a", &numbers).map(|group| group.numbers);
        assert_eq!(numbers(0..100), [0..75, 0..25]);
        assert_eq!(numbers(100..200), [75..150, 25..50]);
    }
}
