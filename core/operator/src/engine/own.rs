//! Writes of an object's own status and finalizers.

use super::{
    controller::{Controller, Status},
    execute::Executor,
};
use crate::cluster::{Key, Reader, Typed as _, WriteError};
use kube::{Resource as _, ResourceExt as _, core::object::HasStatus as _};
use maquette_api::FINALIZER;
use std::sync::Arc;

impl Executor {
    /// The object as the caches hold it now, with what was written a moment ago; as it was given where it is gone.
    pub(super) fn newest<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        key: &Key,
    ) -> Arc<C::Object> {
        match C::Object::store(&self.caches).get(key) {
            Some(newest) if newest.meta().uid == object.meta().uid => newest,
            _ => object.clone(),
        }
    }

    pub(super) fn differs<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        key: &Key,
        status: &Status<C>,
    ) -> bool {
        self.newest::<C>(object, key).status() != Some(status)
    }

    /// The status is the one that the decision was made of: a former leader may have added to its ledger.
    pub(super) fn still_reads<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        me: &Reader,
    ) -> Result<(), WriteError> {
        if self.newest::<C>(object, &me.1).status() == object.status() {
            return Ok(());
        }
        let (kind, key) = me.clone();
        Err(WriteError::Stale { kind, key })
    }

    /// Replaces the version of the status that the caches hold. A write that they have not seen makes it fail, so that no entry
    /// of a ledger is lost.
    pub(super) async fn write_status<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        me: &Reader,
        status: &Status<C>,
    ) -> Result<(), WriteError> {
        let newest = self.newest::<C>(object, &me.1);
        if newest.status() == Some(status) {
            return Ok(());
        }
        let (Some(uid), Some(version), Ok(body)) = (
            newest.uid(),
            newest.resource_version(),
            serde_json::to_value(status),
        ) else {
            return Ok(());
        };
        self.writer.status(me.0, &me.1, &uid, &version, &body).await
    }

    pub(super) async fn set_finalizer<C: Controller>(
        &self,
        object: &Arc<C::Object>,
        me: &Reader,
        present: bool,
    ) -> Result<(), WriteError> {
        let newest = self.newest::<C>(object, &me.1);
        let held = newest.meta().finalizers.clone().unwrap_or_default();
        if held.iter().any(|f| f == FINALIZER) == present {
            return Ok(());
        }
        let mut wanted: Vec<String> = held.into_iter().filter(|f| f != FINALIZER).collect();
        if present {
            wanted.push(FINALIZER.to_owned());
        }
        let version = newest.resource_version().unwrap_or_default();
        let uid = newest.uid().unwrap_or_default();
        match self
            .writer
            .finalizers(me.0, &me.1, &uid, &version, &wanted)
            .await
        {
            Err(WriteError::Gone { .. }) if !present => Ok(()),
            other => other,
        }
    }
}
