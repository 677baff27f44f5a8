//! Every write to the API server: counted, and put into the caches at once.

mod error;

pub use error::{Refusal, WriteError};

use super::{caches::Caches, key::Key, kind::Kind};
use error::{classify, refused};
use kube::{
    Api, Client, Resource,
    api::{DeleteParams, Patch, PatchParams, PostParams, PropagationPolicy, ValidationDirective},
    core::DynamicObject,
};
use maquette_api::FIELD_MANAGER;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long one write may take. It is made again then, which is safe because every write says what shall be.
const DEADLINE: Duration = Duration::from_secs(8);

/// Writes to the API server.
#[derive(Clone)]
pub struct Writer {
    client: Client,
    caches: Arc<Caches>,
    count: Arc<dyn Fn(Kind, &'static str) + Send + Sync>,
}

impl Writer {
    /// A writer that reports each request to `count` as kind and verb.
    pub fn new(
        client: Client,
        caches: Arc<Caches>,
        count: impl Fn(Kind, &'static str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            client,
            caches,
            count: Arc::new(count),
        }
    }

    /// Applies the object (server-side apply) with strict field validation.
    pub async fn apply(&self, kind: Kind, key: &Key, object: &Value) -> Result<(), WriteError> {
        let params = PatchParams {
            field_validation: Some(ValidationDirective::Strict),
            ..PatchParams::apply(FIELD_MANAGER).force()
        };
        (self.count)(kind, "apply");
        let answer = in_time(
            self.api(kind, key)
                .patch(&key.name, &params, &Patch::Apply(object)),
        )
        .await;
        self.remember(kind, answer.map_err(|error| classify(kind, key, error))?);
        Ok(())
    }

    /// Makes the object. One of its name that exists stays as it is, and makes this [`WriteError::Stale`].
    pub async fn create(&self, kind: Kind, key: &Key, object: &Value) -> Result<(), WriteError> {
        let Ok(object) = serde_json::from_value::<DynamicObject>(object.clone()) else {
            return Err(refused(
                kind,
                key.clone(),
                false,
                "it is no object".to_owned(),
            ));
        };
        let params = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        (self.count)(kind, "create");
        let answer = in_time(self.api(kind, key).create(&params, &object)).await;
        self.remember(kind, answer.map_err(|error| classify(kind, key, error))?);
        Ok(())
    }

    /// Replaces the status of the object that has this UID.
    pub async fn status(
        &self,
        kind: Kind,
        key: &Key,
        uid: &str,
        status: &Value,
    ) -> Result<(), WriteError> {
        let body = json!({
            "apiVersion": kind.api_version(),
            "kind": kind.name(),
            "metadata": { "name": key.name, "uid": uid },
            "status": status,
        });
        (self.count)(kind, "status");
        let params = PatchParams::apply(FIELD_MANAGER).force();
        let answer = in_time(self.api(kind, key).patch_status(
            &key.name,
            &params,
            &Patch::Apply(&body),
        ))
        .await;
        self.remember(kind, answer.map_err(|error| classify(kind, key, error))?);
        Ok(())
    }

    /// Replaces the finalizers of the object that has this resource version.
    pub async fn finalizers(
        &self,
        kind: Kind,
        key: &Key,
        version: &str,
        finalizers: &[String],
    ) -> Result<(), WriteError> {
        let body = json!({ "metadata": { "finalizers": finalizers, "resourceVersion": version } });
        (self.count)(kind, "finalizers");
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let answer = in_time(
            self.api(kind, key)
                .patch(&key.name, &params, &Patch::Merge(&body)),
        )
        .await;
        self.remember(kind, answer.map_err(|error| classify(kind, key, error))?);
        Ok(())
    }

    /// Deletes the object that has this UID, its dependents first where `foreground`. An absent object is no error.
    pub async fn delete(
        &self,
        kind: Kind,
        key: &Key,
        uid: &str,
        foreground: bool,
    ) -> Result<(), WriteError> {
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
        (self.count)(kind, "delete");
        match in_time(self.api(kind, key).delete(&key.name, &params)).await {
            Ok(answer) => {
                // An object that waits for finalizers or for its dependents is still there; any other is gone.
                match answer.left() {
                    Some(object) if object.metadata.deletion_timestamp.is_some() => {
                        self.remember(kind, object);
                    }
                    _ => self.caches.forget(kind, key, uid),
                }
                Ok(())
            }
            Err(error) => match classify(kind, key, error) {
                WriteError::Gone { .. } => {
                    self.caches.forget(kind, key, uid);
                    Ok(())
                }
                // Another object has the name by now.
                WriteError::Stale { .. } => Ok(()),
                other => Err(other),
            },
        }
    }

    fn api(&self, kind: Kind, key: &Key) -> Api<DynamicObject> {
        let resource = kind.api_resource();
        if kind.is_namespaced() {
            Api::namespaced_with(self.client.clone(), &key.namespace, &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        }
    }

    fn remember(&self, kind: Kind, mut object: DynamicObject) {
        object.metadata.managed_fields = None;
        let gone = object.metadata.deletion_timestamp.is_some()
            && object
                .metadata
                .finalizers
                .as_ref()
                .is_none_or(Vec::is_empty);
        if gone && kind != Kind::Pod {
            // The last finalizer went, so the object did too; the watch says so in a moment.
            return;
        }
        match kind {
            Kind::Plugin => remember_typed(&self.caches.plugins, object),
            Kind::Provider => remember_typed(&self.caches.providers, object),
            Kind::Workspace => remember_typed(&self.caches.workspaces, object),
            Kind::Component => remember_typed(&self.caches.components, object),
            Kind::DNSRecord => remember_typed(&self.caches.records, object),
            Kind::Tunnel => remember_typed(&self.caches.tunnels, object),
            Kind::Secret => remember_typed(&self.caches.secrets, object),
            other => {
                if let Some(store) = self.caches.dynamic(other) {
                    store.remember(object);
                }
            }
        }
    }
}

/// A write whose answer is lost must not hold up its object for as long as a silent watch may last.
async fn in_time<T>(write: impl Future<Output = Result<T, kube::Error>>) -> Result<T, kube::Error> {
    let late = |_| {
        let text = format!(
            "the API server did not answer within {} s",
            DEADLINE.as_secs()
        );
        Err(kube::Error::Service(text.into()))
    };
    tokio::time::timeout(DEADLINE, write)
        .await
        .unwrap_or_else(late)
}

fn remember_typed<K>(store: &crate::cluster::Store<K>, object: DynamicObject)
where
    K: Resource<DynamicType = ()>
        + DeserializeOwned
        + Clone
        + std::fmt::Debug
        + Send
        + Sync
        + 'static,
{
    // What does not parse is left to the watch, which reports it.
    if let Ok(object) = object.try_parse() {
        store.remember(object);
    }
}
