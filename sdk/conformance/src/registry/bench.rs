//! What every rule works with: the plugin's functions without their ceremony.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::registry::{Image, Referrer, Tag, Tags};
use maquette_host::kinds::shared::Pair;
use maquette_host::{Call, CallError, Digest, PluginError, Registry};

use super::RegistryTarget;
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};

/// More pages than any listing of a test has: whoever gives more goes round in circles.
const PAGES: usize = 1000;

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    target: RegistryTarget,
    registry: Registry,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let target = subject.registry.clone().ok_or_else(|| {
            SetupError::Incomplete(
                "the rules of `registry` need to know what is in the registry; give `registry`"
                    .to_owned(),
            )
        })?;
        let registry = place
            .direct
            .registry()
            .map_err(|error| SetupError::Incomplete(error.to_string()))?;
        Ok(Self {
            place: place.clone(),
            target,
            registry,
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| crate::faults::Action::Forward);
        Bench {
            place: self.place.clone(),
            target: self.target.clone(),
            registry: self.registry.clone(),
            number,
            intentions: AtomicUsize::new(0),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) target: RegistryTarget,
    pub(crate) registry: Registry,
    number: usize,
    intentions: AtomicUsize,
}

impl Bench {
    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        let next = self.intentions.fetch_add(1, Ordering::Relaxed);
        self.place.call(&format!("registry-{}-{next}", self.number))
    }

    /// The names of every tag of every page.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, Failure> {
        let (tags, _) = self.listing().await?;
        Ok(tags.into_iter().map(|tag| tag.name).collect())
    }

    /// Every tag of every page, and how many there are by what the pages say.
    pub(crate) async fn listing(&self) -> Result<(Vec<Tag>, BTreeSet<u64>), Failure> {
        let (mut all, mut totals, mut cursor) = (Vec::new(), BTreeSet::new(), None);
        for _ in 0..PAGES {
            let page: Tags = self
                .registry
                .list_tags(&self.call(), &self.target.repository, cursor.as_deref())
                .await?;
            all.extend(page.items);
            totals.extend(page.total);
            cursor = page.next;
            if cursor.is_none() {
                return Ok((all, totals));
            }
        }
        Err(Failure::Broken(format!(
            "the tags have more than {PAGES} pages"
        )))
    }

    /// What this tag or digest of the repository names.
    pub(crate) async fn resolve(&self, reference: &str) -> Result<Image, CallError> {
        let repository = &self.target.repository;
        self.registry
            .resolve(&self.call(), repository, reference)
            .await
    }

    /// Everything that refers to a digest, of every page.
    pub(crate) async fn referrers(
        &self,
        subject: &str,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Referrer>, Failure> {
        let subject = digest(subject)?;
        let (mut all, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let call = self.call();
            let page = self.registry.list_referrers(
                &call,
                &self.target.repository,
                &subject,
                artifact_type,
                cursor.as_deref(),
            );
            let page = page.await?;
            all.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
        Err(Failure::Broken(format!(
            "the referrers have more than {PAGES} pages"
        )))
    }
}

/// A digest that the subject names.
pub(crate) fn digest(text: &str) -> Result<Digest, Failure> {
    let wrong = |_| Failure::NotShown(format!("`{text}` of the subject is no digest"));
    text.parse().map_err(wrong)
}

/// A digest that no registry has.
pub(crate) fn unknown_digest(run: &str) -> Digest {
    Digest::of(format!("nobody pushed this: {run}").as_bytes())
}

pub(crate) fn by_key(labels: &[Pair]) -> BTreeMap<String, String> {
    let pairs = labels
        .iter()
        .map(|label| (label.name.clone(), label.value.clone()));
    pairs.collect()
}

pub(crate) fn set(items: &[String]) -> BTreeSet<String> {
    items.iter().cloned().collect()
}

pub(crate) fn is_not_found<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Plugin(PluginError::NotFound(_))))
}
