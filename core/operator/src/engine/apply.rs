//! Brings objects to what a plan says: one request for each that differs, and none for the others.

use super::{
    desired::Desired,
    difference::difference,
    plan::{Plan, Results},
};
use crate::cluster::{Caches, Cause, Key, Kind, Reader, Refusal, WriteError, Writer};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Brings objects to what a plan says.
///
/// An object is as desired where everything desired is in it. Its fingerprint is remembered then, so that it is not compared
/// again until it changes. The API server writes some values in another form; the fingerprint right after an apply tells
/// that such an object is as desired, too.
#[derive(Clone)]
pub(super) struct Objects {
    caches: Arc<Caches>,
    writer: Writer,
    settled: Arc<Mutex<Settled>>,
}

/// Digest of what was desired, and fingerprint of the live object that is so.
type Settled = HashMap<(Kind, Key), (String, u64)>;

impl Objects {
    pub(super) fn new(caches: Arc<Caches>, writer: Writer) -> Self {
        Self {
            caches,
            writer,
            settled: Arc::default(),
        }
    }

    /// Applies and deletes. An object that is not written is a result and does not block the others. Returns whether
    /// anything was written.
    ///
    /// # Errors
    /// This replica does not lead any more.
    pub(super) async fn write<Call, A>(
        &self,
        me: &Reader,
        plan: &Plan<Call>,
        results: &mut Results<Call, A>,
    ) -> Result<bool, WriteError> {
        let mut written = false;
        for desired in &plan.apply {
            match self.bring(me, desired).await {
                Ok(wrote) => written |= wrote,
                Err(error) => report(error, desired.kind, &desired.key, results)?,
            }
        }
        for deletion in &plan.delete {
            let (kind, key) = (deletion.kind, &deletion.key);
            self.settled().remove(&(kind, key.clone()));
            let deleted = self
                .writer
                .delete(me, kind, key, &deletion.uid, deletion.foreground);
            match deleted.await {
                // An object that was absent already changes nothing for the next decision.
                Ok(deleted) => written |= deleted,
                Err(error) => report(error, kind, key, results)?,
            }
        }
        Ok(written)
    }

    /// Brings one object to what is desired. Returns whether that took a write.
    async fn bring(&self, me: &Reader, desired: &Desired) -> Result<bool, WriteError> {
        let (kind, key) = (desired.kind, &desired.key);
        let Some(meta) = self.caches.any(kind).meta(key) else {
            return self.create(me, desired).await;
        };
        if !desired.is_owner_of(&meta) {
            return Err(taken(kind, key));
        }
        if desired.once || self.is_as_desired(desired) {
            return Ok(false);
        }
        self.apply(me, desired, &meta).await.map(|()| true)
    }

    /// The first write of an object never changes one that exists: it may be another's.
    async fn create(&self, me: &Reader, desired: &Desired) -> Result<bool, WriteError> {
        let (kind, key) = (desired.kind, &desired.key);
        match self.writer.create(me, kind, key, desired.object()).await {
            Ok(()) => {}
            Err(WriteError::Exists { .. }) => {
                // It may be ours without the label by which the caches find it.
                let found = self.writer.read(kind, key).await?.metadata;
                if !desired.is_owner_of(&found) {
                    return Err(taken(kind, key));
                }
                return self.apply(me, desired, &found).await.map(|()| true);
            }
            Err(error) => return Err(error),
        }
        self.settle(desired);
        Ok(true)
    }

    async fn apply(
        &self,
        me: &Reader,
        desired: &Desired,
        meta: &ObjectMeta,
    ) -> Result<(), WriteError> {
        let (kind, key) = (desired.kind, &desired.key);
        let uid = meta.uid.as_deref().unwrap_or_default();
        self.writer
            .apply(me, kind, key, uid, desired.object())
            .await?;
        self.settle(desired);
        Ok(())
    }

    fn is_as_desired(&self, desired: &Desired) -> bool {
        let store = self.caches.any(desired.kind);
        let fingerprint = store.fingerprint(&desired.key);
        let id = (desired.kind, desired.key.clone());
        let known = self.settled().get(&id).cloned();
        if let (Some((digest, seen)), Some(now)) = (known, fingerprint)
            && seen == now
            && desired.digest() == Some(&digest)
        {
            return true;
        }
        let Some(live) = store.live(&desired.key) else {
            return false;
        };
        if let Some(path) = difference(&live, desired.object()) {
            tracing::debug!(kind = %desired.kind, object = %desired.key, path, "differs from what is desired");
            return false;
        }
        self.settle(desired);
        true
    }

    /// The object is as desired: the caches hold it so.
    fn settle(&self, desired: &Desired) {
        let fingerprint = self.caches.any(desired.kind).fingerprint(&desired.key);
        if let (Some(fingerprint), Some(digest)) = (fingerprint, desired.digest()) {
            let id = (desired.kind, desired.key.clone());
            self.settled().insert(id, (digest.to_owned(), fingerprint));
        }
    }

    fn settled(&self) -> std::sync::MutexGuard<'_, Settled> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn taken(kind: Kind, key: &Key) -> WriteError {
    WriteError::Refused(Refusal {
        kind,
        key: key.clone(),
        cause: Cause::NameTaken(format!("{kind} {key}")),
    })
}

/// Keeps why an object was not written, for its owner's status.
fn report<Call, A>(
    error: WriteError,
    kind: Kind,
    key: &Key,
    results: &mut Results<Call, A>,
) -> Result<(), WriteError> {
    match error {
        WriteError::NotLeading(_) => return Err(error),
        WriteError::NamespaceTerminating(_) => results.namespace_terminating = true,
        error => {
            tracing::debug!(%kind, object = %key, error = &error as &dyn std::error::Error, "not written");
            results.refused.extend(error.refusal(kind, key));
        }
    }
    Ok(())
}
