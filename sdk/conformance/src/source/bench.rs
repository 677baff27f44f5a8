//! What every rule works with: the plugin's functions without their ceremony.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use maquette_host::kinds::source::{
    Change, Comment, Filter, GitRef, Place as At, RefKind, Subject as About,
};
use maquette_host::{Call, CallError, PluginError, Source};

use super::{ForgeHand, KnownChange, KnownComment, SourceTarget};
use crate::faults::Action;
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};

/// More pages than any listing of a test has: whoever gives more goes round in circles.
const PAGES: usize = 1000;

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    late: Arc<Place>,
    target: SourceTarget,
    source: Source,
    credentials: BTreeMap<String, String>,
}

impl Run {
    /// `late` is for the last rule, which has the provider wait for the rest of the run.
    pub(crate) fn new(
        place: &Arc<Place>,
        late: Place,
        subject: &Subject,
    ) -> Result<Self, SetupError> {
        let target = subject.source.clone().ok_or_else(|| {
            SetupError::Incomplete(
                "the rules of `source` need to know what is at the forge; give `with_source`, or `--forge` or `--memory` to the command".to_owned(),
            )
        })?;
        let incomplete =
            |error: maquette_host::NotExported| SetupError::Incomplete(error.to_string());
        Ok(Self {
            place: place.clone(),
            late: Arc::new(late),
            target,
            source: place.direct.source().map_err(incomplete)?,
            credentials: subject.credentials.clone(),
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| Action::Forward);
        Bench {
            place: self.place.clone(),
            late: self.late.clone(),
            target: self.target.clone(),
            source: self.source.clone(),
            credentials: self.credentials.clone(),
            number,
            count: AtomicUsize::new(0),
            written: Mutex::default(),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) late: Arc<Place>,
    pub(crate) target: SourceTarget,
    pub(crate) source: Source,
    /// Those that the provider accepts.
    pub(crate) credentials: BTreeMap<String, String>,
    number: usize,
    count: AtomicUsize,
    /// Change and marker of what may have to be removed.
    written: Mutex<Vec<(String, String)>>,
}

impl Bench {
    fn next(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        self.place
            .call(&format!("source-{}-{}", self.number, self.next()))
    }

    /// A name that no other rule has.
    pub(crate) fn name(&self) -> String {
        format!("kit-{}-{}-{}", self.place.run, self.number, self.next())
    }

    pub(crate) fn repository(&self) -> &str {
        &self.target.repository
    }

    /// The open change at this place of the listing.
    pub(crate) fn open(&self, at: usize) -> Result<&KnownChange, Failure> {
        let few = || not_shown("the subject names too few open changes");
        self.target.open.get(at).ok_or_else(few)
    }

    /// The commit of the first change.
    pub(crate) fn subject(&self) -> Result<About, Failure> {
        let known = self.open(0)?;
        Ok(About {
            sha: known.head_sha.clone(),
            change: Some(known.id.clone()),
            reference: known.head_ref.clone(),
        })
    }

    /// Every change of every page.
    pub(crate) async fn list(&self, filter: &Filter) -> Result<Vec<Change>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let call = self.call();
            let page =
                self.source
                    .list_changes(&call, self.repository(), filter, cursor.as_deref());
            let page = page.await?;
            all.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
        let why = format!("the changes have more than {PAGES} pages");
        Err(Failure::Broken(why))
    }

    pub(crate) async fn change(&self, id: &str) -> Result<Change, CallError> {
        let call = self.call();
        self.source.get_change(&call, self.repository(), id).await
    }

    pub(crate) async fn resolve(&self, reference: &str) -> Result<String, CallError> {
        let call = self.call();
        self.source
            .resolve(&call, self.repository(), reference)
            .await
    }

    /// Calls `upsert-comment`, and remembers what has to be removed.
    pub(crate) async fn upsert(
        &self,
        source: &Source,
        change: &str,
        marker: &str,
        body: &str,
    ) -> Result<String, CallError> {
        let comment = Comment {
            change: change.to_owned(),
            marker: marker.to_owned(),
            body: body.to_owned(),
            known: None,
        };
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((comment.change.clone(), comment.marker.clone()));
        let call = self.call();
        let At { id, .. } = source
            .upsert_comment(&call, self.repository(), &comment)
            .await?;
        Ok(id)
    }

    /// Every branch or tag of every page.
    pub(crate) async fn refs(&self, kind: RefKind) -> Result<Vec<GitRef>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES {
            let call = self.call();
            let page = self
                .source
                .list_refs(&call, self.repository(), kind, cursor.as_deref());
            let page = page.await?;
            all.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
        let why = format!("the {kind:?} refs have more than {PAGES} pages");
        Err(Failure::Broken(why))
    }

    pub(crate) async fn delete(&self, change: &str, marker: &str) -> Result<(), CallError> {
        let call = self.call();
        self.source
            .delete_comment(&call, self.repository(), change, marker, None)
            .await
    }

    /// Has somebody past the plugin do or see something in the repository.
    pub(crate) async fn by_hand<T: Send + 'static>(
        &self,
        act: impl FnOnce(&dyn ForgeHand, &str) -> Result<T, String> + Send + 'static,
    ) -> Result<T, Failure> {
        let hand = self.target.hand.clone().ok_or_else(|| {
            not_shown("nobody sees the forge past the plugin; give a `hand`, or declare the rule unsupported")
        })?;
        let repository = self.target.repository.clone();
        let done = tokio::task::spawn_blocking(move || act(hand.as_ref(), &repository)).await;
        let done = done
            .map_err(|error| error.to_string())
            .and_then(|done| done);
        done.map_err(|why| not_shown(&format!("by hand: {why}")))
    }

    /// The comments of a change as they are at the forge.
    pub(crate) async fn comments(&self, change: &str) -> Result<Vec<KnownComment>, Failure> {
        let change = change.to_owned();
        self.by_hand(move |hand, repository| hand.comments(repository, &change))
            .await
    }

    /// The comment that has to be there.
    pub(crate) async fn comment(&self, change: &str, id: &str) -> Result<KnownComment, Failure> {
        let found = self.comments(change).await?;
        let found = found.into_iter().find(|comment| comment.id == id);
        found.ok_or_else(|| Failure::Broken(format!("no comment of the change has the id `{id}`")))
    }

    /// Removes the comments that the rule wrote. What cannot be removed was the rule's subject.
    pub(crate) async fn clean(&self) {
        self.place.script.set(|_| Action::Forward);
        let written =
            std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner));
        for (change, marker) in written {
            drop(self.delete(&change, &marker).await);
        }
    }
}

/// Every change.
pub(crate) fn everything() -> Filter {
    Filter {
        drafts: true,
        ..Filter::default()
    }
}

pub(crate) fn not_shown(why: &str) -> Failure {
    Failure::NotShown(why.to_owned())
}

pub(crate) fn is_not_found<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Plugin(PluginError::NotFound(_))))
}

pub(crate) fn is_unauthorized<T>(answer: &Result<T, CallError>) -> bool {
    matches!(answer, Err(CallError::Plugin(PluginError::Unauthorized(_))))
}
