//! New versions of objects, and the history that watches read.

use super::{
    fields::{seconds, spec_differs},
    object::{Id, Object, Owner},
    resource::table,
    store::{Change, Store},
};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

impl Store {
    pub(super) fn fill(&mut self, id: &Id, object: &mut Value) {
        self.uids += 1;
        let row = &table()[id.resource];
        object["apiVersion"] = json!(row.api_version);
        object["kind"] = json!(row.kind);
        let metadata = &mut object["metadata"];
        metadata["name"] = json!(&*id.name);
        if !id.namespace.is_empty() {
            metadata["namespace"] = json!(&*id.namespace);
        }
        metadata["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.uids));
        metadata["creationTimestamp"] = json!(seconds(self.now));
        metadata["generation"] = json!(1);
    }

    pub(super) fn commit(
        &mut self,
        id: &Id,
        mut object: Value,
        fields: BTreeMap<Owner, Arc<Value>>,
    ) -> Arc<Object> {
        let before = self.objects.get(id).cloned();
        if let Some(before) = &before {
            if before.value == object {
                // Nothing changed, so there is no new version; ownership may have moved.
                let same = Arc::new(Object::new(object, fields));
                self.objects.insert(id.clone(), same.clone());
                return same;
            }
            if spec_differs(&before.value, &object) {
                object["metadata"]["generation"] = json!(before.generation() + 1);
            }
        }
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let after = Arc::new(Object::new(object, fields));
        let held = after.finalizers().next().is_some() || id.is(Kind::Pod);
        if after.is_terminating() && !held {
            self.objects.remove(id);
            self.record(id, Some(after.clone()), None);
        } else {
            self.objects.insert(id.clone(), after.clone());
            self.record(id, before, Some(after.clone()));
        }
        after
    }

    pub(super) fn record(
        &mut self,
        id: &Id,
        before: Option<Arc<Object>>,
        after: Option<Arc<Object>>,
    ) {
        let change = Change {
            version: self.version,
            at: tokio::time::Instant::now(),
            before: before.clone(),
            after: after.clone(),
        };
        self.log.entry(id.resource).or_default().push(change);
        self.effects.push((id.clone(), before, after));
    }
}
