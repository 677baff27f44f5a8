//! Every write to the API server: fenced, counted, and put into the caches at once.

mod error;

pub use error::{Cause, Refusal, WriteError};

use super::{
    fence::Fence,
    key::Key,
    kind::{Caches, Kind},
    router::Reader,
};
use error::classify;
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PropagationPolicy, ValidationDirective},
    core::DynamicObject,
};
use maquette_api::FIELD_MANAGER;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long one write may take. It is repeated then, which is safe because every write states the desired object.
const DEADLINE: Duration = Duration::from_secs(8);

/// A resource version that no object has: etcd's first revision exists before the first object.
const NO_OBJECTS_VERSION: &str = "1";

/// Writes to the API server.
#[derive(Clone)]
pub struct Writer {
    client: Client,
    caches: Arc<Caches>,
    fence: Fence,
    count: Arc<dyn Fn(Kind, &'static str) + Send + Sync>,
}

impl Writer {
    /// A writer that writes within the fence and reports each request to `count` as kind and verb.
    pub fn new(
        client: Client,
        caches: Arc<Caches>,
        fence: Fence,
        count: impl Fn(Kind, &'static str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            client,
            caches,
            fence,
            count: Arc::new(count),
        }
    }

    /// Creates the object. One of its name that exists stays as it is, and makes this [`WriteError::Exists`].
    ///
    /// The request is a server-side apply, so that later ones own the same fields, with a resource version that no object
    /// has: the API server ignores it where the object does not exist, and answers with a conflict where it does.
    pub async fn create(
        &self,
        writer: &Reader,
        kind: Kind,
        key: &Key,
        object: &Value,
    ) -> Result<(), WriteError> {
        let only_if = ("resourceVersion", NO_OBJECTS_VERSION);
        let answer = self.patch(writer, kind, key, object, only_if).await;
        answer.map_err(|error| match error {
            WriteError::Stale { kind, key } => WriteError::Exists { kind, key },
            other => other,
        })
    }

    /// Applies the object (server-side apply), where its UID is this one.
    pub async fn apply(
        &self,
        writer: &Reader,
        kind: Kind,
        key: &Key,
        uid: &str,
        object: &Value,
    ) -> Result<(), WriteError> {
        self.patch(writer, kind, key, object, ("uid", uid)).await
    }

    /// Server-side apply with strict field validation, under a precondition on the metadata.
    async fn patch(
        &self,
        writer: &Reader,
        kind: Kind,
        key: &Key,
        object: &Value,
        (field, value): (&str, &str),
    ) -> Result<(), WriteError> {
        let params = PatchParams {
            field_validation: Some(ValidationDirective::Strict),
            ..PatchParams::apply(FIELD_MANAGER).force()
        };
        let mut object = object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert(field.to_owned(), json!(value));
        }
        let (api, patch) = (self.api(kind, key), Patch::Apply(&object));
        let verb = if field == "uid" { "apply" } else { "create" };
        let answer = self
            .send(kind, key, verb, api.patch(&key.name, &params, &patch))
            .await?;
        self.remember(writer, kind, answer);
        Ok(())
    }

    /// The object with this name as the API server has it now.
    pub async fn read(&self, kind: Kind, key: &Key) -> Result<DynamicObject, WriteError> {
        let api = self.api(kind, key);
        self.send(kind, key, "get", api.get(&key.name)).await
    }

    /// Replaces the status of the object that has this UID and this resource version.
    pub async fn status(
        &self,
        kind: Kind,
        key: &Key,
        uid: &str,
        version: &str,
        status: &Value,
    ) -> Result<(), WriteError> {
        let metadata = json!({ "name": key.name, "uid": uid, "resourceVersion": version });
        let body = json!({
            "apiVersion": kind.api_version(),
            "kind": kind.name(),
            "metadata": metadata,
            "status": status,
        });
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let (api, patch) = (self.api(kind, key), Patch::Apply(&body));
        let answer = self
            .send(
                kind,
                key,
                "status",
                api.patch_status(&key.name, &params, &patch),
            )
            .await;
        self.own(kind, key, uid, answer)
    }

    /// Replaces the finalizers of the object that has this UID and resource version.
    pub async fn finalizers(
        &self,
        kind: Kind,
        key: &Key,
        uid: &str,
        version: &str,
        finalizers: &[String],
    ) -> Result<(), WriteError> {
        let body = json!({ "metadata": { "finalizers": finalizers, "resourceVersion": version } });
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let (api, patch) = (self.api(kind, key), Patch::Merge(&body));
        let answer = self
            .send(
                kind,
                key,
                "finalizers",
                api.patch(&key.name, &params, &patch),
            )
            .await;
        self.own(kind, key, uid, answer)
    }

    /// Deletes the object that has this UID, its dependents first where `foreground`. An absent object is no error. Returns
    /// whether there was one to delete.
    pub async fn delete(
        &self,
        writer: &Reader,
        kind: Kind,
        key: &Key,
        uid: &str,
        foreground: bool,
    ) -> Result<bool, WriteError> {
        let policy = if foreground {
            PropagationPolicy::Foreground
        } else {
            PropagationPolicy::Background
        };
        let params = DeleteParams {
            propagation_policy: Some(policy),
            ..DeleteParams::default()
        }
        .preconditions(kube::api::Preconditions {
            uid: Some(uid.to_owned()),
            resource_version: None,
        });
        let api = self.api(kind, key);
        let answer = self
            .send(kind, key, "delete", api.delete(&key.name, &params))
            .await;
        match answer {
            Ok(answer) => {
                match answer.left() {
                    // An object that waits for finalizers or for its dependents is still there; any other is gone.
                    Some(object) if object.metadata.deletion_timestamp.is_some() => {
                        self.remember(writer, kind, object);
                    }
                    _ => self.caches.any(kind).forget_uid(key, uid, Some(writer)),
                }
                Ok(true)
            }
            Err(WriteError::Gone { .. }) => {
                self.caches.any(kind).forget_uid(key, uid, Some(writer));
                Ok(false)
            }
            // Another object has the name by now.
            Err(WriteError::Stale { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The answer to a write of the object's own status or finalizers.
    fn own(
        &self,
        kind: Kind,
        key: &Key,
        uid: &str,
        answer: Result<DynamicObject, WriteError>,
    ) -> Result<(), WriteError> {
        let writer = (kind, key.clone());
        match answer {
            Ok(object) => {
                self.remember(&writer, kind, object);
                Ok(())
            }
            Err(error) => {
                if matches!(error, WriteError::Gone { .. }) {
                    self.caches.any(kind).forget_uid(key, uid, Some(&writer));
                }
                Err(error)
            }
        }
    }

    async fn send<T>(
        &self,
        kind: Kind,
        key: &Key,
        verb: &'static str,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, WriteError> {
        self.fence.check()?;
        if verb != "get" {
            (self.count)(kind, verb);
        }
        // A write whose answer is lost must not hold up its object for as long as a silent watch may last.
        let answer = tokio::time::timeout(DEADLINE.min(self.fence.left()), request).await;
        let answer = answer.unwrap_or_else(|_| {
            let text = format!(
                "the API server did not answer within {} s",
                DEADLINE.as_secs()
            );
            Err(kube::Error::Service(text.into()))
        });
        answer.map_err(|error| classify(kind, key, error))
    }

    fn api(&self, kind: Kind, key: &Key) -> Api<DynamicObject> {
        let resource = kind.api_resource();
        if kind.is_namespaced() {
            Api::namespaced_with(self.client.clone(), &key.namespace, &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        }
    }

    fn remember(&self, writer: &Reader, kind: Kind, mut object: DynamicObject) {
        object.metadata.managed_fields = None;
        let meta = &object.metadata;
        let no_finalizers = meta.finalizers.as_ref().is_none_or(Vec::is_empty);
        if meta.deletion_timestamp.is_some() && no_finalizers && kind != Kind::Pod {
            // The last finalizer was removed, so the object is gone.
            let (key, uid) = (Key::of(meta), meta.uid.clone().unwrap_or_default());
            self.caches.any(kind).forget_uid(&key, &uid, Some(writer));
            return;
        }
        self.caches.any(kind).remember_answer(object, Some(writer));
    }
}
