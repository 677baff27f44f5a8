//! A namespace of a test's own, gone when the test ends; its objects, events and logs are printed when it fails.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, PostParams};
use maquette_harness::Cluster;
use serde_json::json;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::fixture::{self, LABEL};
use super::workspace::Running;

/// Held for writing by tests that disturb what all the others use.
static SHARED: RwLock<()> = RwLock::const_new(());

/// Where one test works.
pub(crate) struct Place {
    pub(crate) cluster: Cluster,
    pub(crate) client: Client,
    pub(crate) namespace: String,
    /// The probe's image.
    pub(crate) probe: String,
    _lock: Lock,
}

#[expect(dead_code, reason = "a lock is held, not used")]
enum Lock {
    Shared(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

impl Place {
    /// Beside other tests.
    pub(crate) async fn new(name: &str) -> Self {
        Self::make(name, json!({}), Lock::Shared(SHARED.read().await)).await
    }

    /// Beside other tests, in a namespace with more labels.
    pub(crate) async fn labelled(name: &str, labels: serde_json::Value) -> Self {
        Self::make(name, labels, Lock::Shared(SHARED.read().await)).await
    }

    /// While no other test of this binary runs.
    pub(crate) async fn alone(name: &str) -> Self {
        Self::make(name, json!({}), Lock::Alone(SHARED.write().await)).await
    }

    async fn make(name: &str, mut labels: serde_json::Value, lock: Lock) -> Self {
        let cluster = Cluster::current()
            .expect("`cargo xtask install` starts a cluster and installs the operator");
        let client = cluster.client().await.unwrap();
        let probe = fixture::ensure(&cluster, &client).await;
        let namespace = format!("e2e-{name}-{}", suffix());
        labels[LABEL] = json!("true");
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}});
        let namespaces: Api<Namespace> = Api::all(client.clone());
        namespaces
            .create(
                &PostParams::default(),
                &serde_json::from_value(object).unwrap(),
            )
            .await
            .unwrap();
        Self {
            cluster,
            client,
            namespace,
            probe,
            _lock: lock,
        }
    }

    /// A workspace whose name, and so its host, no other test uses.
    pub(crate) fn workspace(&self, name: &str) -> Running<'_> {
        Running::new(self, format!("{name}-{}", suffix()))
    }

    /// Of this namespace.
    pub(crate) fn api<K>(&self) -> Api<K>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.cluster.dump(&self.namespace));
        }
        drop(
            self.cluster
                .kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]),
        );
    }
}

/// Different for each place and each run.
fn suffix() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(
        "{:x}{:x}{count:x}",
        seconds & 0xf_ffff,
        process::id() & 0xff
    )
}
