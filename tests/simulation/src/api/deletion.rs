//! Deletions: at once, or when finalizers and dependents are gone.

use super::{
    object::{Id, Object},
    refused::Refused,
    resource::Resource,
    store::Store,
};
use maquette_operator::cluster::Kind;
use serde_json::json;
use std::sync::Arc;

/// The finalizer of a deletion that deletes dependents first.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

impl Store {
    /// Deletes an object, or marks it where finalizers hold it. Returns it where it still exists.
    pub(crate) fn delete(
        &mut self,
        id: &Id,
        uid: Option<&str>,
        version: Option<&str>,
        foreground: bool,
    ) -> Result<Option<Arc<Object>>, Refused> {
        let live = self
            .objects
            .get(id)
            .cloned()
            .ok_or_else(|| Refused::absent(id))?;
        if uid.is_some_and(|uid| uid != live.uid()) {
            return Err(Refused::conflict(id, "the UID in the precondition differs"));
        }
        if version.is_some_and(|version| Some(version) != live.meta("resourceVersion")) {
            return Err(Refused::conflict(
                id,
                "the resource version in the precondition differs",
            ));
        }
        let mut object = live.value.clone();
        if foreground && !live.finalizers().any(|f| f == FOREGROUND) {
            let mut finalizers: Vec<String> = live.finalizers().map(str::to_owned).collect();
            finalizers.push(FOREGROUND.to_owned());
            object["metadata"]["finalizers"] = json!(finalizers);
        }
        // A pod stays until its kubelet has stopped it.
        let stays = object["metadata"]["finalizers"]
            .as_array()
            .is_some_and(|finalizers| !finalizers.is_empty())
            || id.is(Kind::Pod);
        if !stays {
            self.remove(id);
            return Ok(None);
        }
        if !live.is_terminating() {
            object["metadata"]["deletionTimestamp"] = json!(self.now.to_string());
            object["metadata"]["generation"] = json!(live.generation() + 1);
        }
        let fields = live.fields.clone();
        Ok(Some(self.commit(id, object, fields)))
    }

    /// Removes an object whatever its finalizers say.
    pub(crate) fn remove(&mut self, id: &Id) {
        if let Some(before) = self.objects.remove(id) {
            self.version += 1;
            let mut last = before.value.clone();
            last["metadata"]["resourceVersion"] = json!(self.version.to_string());
            let before = Arc::new(Object::new(last, before.fields.clone()));
            self.record(id, Some(before), None);
        }
    }

    /// Forgets the history of a resource.
    pub(crate) fn compact(&mut self, resource: Resource) {
        self.compacted.insert(resource, self.version);
    }
}
