//! A workspace as its user handles it.

use std::time::{Duration, Instant};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use maquette_api::Workspace;
use maquette_api::condition::find;
use maquette_harness::cluster::ZONE;
use maquette_harness::{http, wait_for};
use serde_json::{Value, json};

use super::fixture::MANAGER;
use super::{DOWN_WITHIN, EXPLAINED_WITHIN, Place, UP_WITHIN, dns, inventory};

/// A workspace of a test.
pub(crate) struct Running<'a> {
    pub(crate) place: &'a Place,
    pub(crate) name: String,
    api: Api<Workspace>,
}

impl<'a> Running<'a> {
    pub(crate) fn new(place: &'a Place, name: String) -> Self {
        Self {
            place,
            name,
            api: place.api(),
        }
    }

    /// `kubectl apply --server-side`
    pub(crate) async fn apply(&self, spec: &Value) {
        let object = json!({"apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace", "metadata": {"name": self.name}, "spec": spec});
        let params = PatchParams::apply(MANAGER).force();
        self.api
            .patch(&self.name, &params, &Patch::Apply(object))
            .await
            .unwrap();
    }

    pub(crate) async fn get(&self) -> Workspace {
        self.api.get(&self.name).await.unwrap()
    }

    /// Of the object that is made for a component.
    pub(crate) fn object(&self, component: &str) -> String {
        format!("{}-{component}", self.name)
    }

    /// Where the workspace is reached unless a route says otherwise.
    pub(crate) fn host(&self) -> String {
        format!("{}.{ZONE}", self.name)
    }

    /// Waits until the workspace is Ready as it is written now.
    pub(crate) async fn ready(&self) -> Workspace {
        let what = format!("workspace {} to be Ready", self.name);
        wait_for(&what, UP_WITHIN, async || {
            self.when("Ready", |ready| ready.status == "True")
                .await
                .map(|found| found.0)
        })
        .await
        .unwrap()
    }

    /// Waits until the workspace says why it is not Ready, in words that contain each of `words`. What the kubelet says
    /// first on a busy machine may be less than that.
    pub(crate) async fn explained(&self, reason: &str, words: &[&str]) -> Condition {
        self.told("Ready", reason, words, EXPLAINED_WITHIN).await
    }

    /// Waits until the workspace says that it cannot go on before somebody changes something.
    pub(crate) async fn stalled(&self, reason: &str) -> Condition {
        let condition = self.told("Stalled", reason, &[], EXPLAINED_WITHIN).await;
        assert_eq!(condition.status, "True");
        condition
    }

    pub(crate) async fn told(
        &self,
        kind: &str,
        reason: &str,
        words: &[&str],
        within: Duration,
    ) -> Condition {
        let began = Instant::now();
        let what = format!("{kind} of {} with reason {reason} and {words:?}", self.name);
        let (_, condition) = wait_for(&what, within, async || {
            self.when(kind, |condition| {
                let says = |word: &&str| condition.message.contains(*word);
                condition.reason == reason && words.iter().all(says)
            })
            .await
        })
        .await
        .unwrap();
        println!(
            "{reason} after {:.1} s: {}",
            began.elapsed().as_secs_f64(),
            condition.message
        );
        condition
    }

    async fn when(
        &self,
        kind: &str,
        holds: impl Fn(&Condition) -> bool,
    ) -> Result<(Workspace, Condition), String> {
        let workspace = self
            .api
            .get(&self.name)
            .await
            .map_err(|error| error.to_string())?;
        let status = workspace.status.clone().unwrap_or_default();
        let current = status.observed_generation == workspace.metadata.generation;
        match find(&status.conditions, kind) {
            Some(condition) if current && holds(condition) => Ok((workspace, condition.clone())),
            _ => Err(serde_json::to_string(&status).unwrap()),
        }
    }

    /// What is answered at a host, through the Gateway, at the address that the DNS server gives.
    pub(crate) async fn visit(&self, host: &str) -> Result<String, String> {
        let cluster = &self.place.cluster;
        let dns::Answer::Addresses(found) = dns::query(cluster, host).await? else {
            return Err(format!("{host} does not exist"));
        };
        let [address] = found[..] else {
            return Err(format!("{host} has the addresses {found:?}"));
        };
        let gateway = format!("{address}:{}", cluster.gateway().port);
        let answer = http::get(&gateway, host, "/")
            .await
            .map_err(|error| error.to_string())?;
        if answer.status == 200 {
            Ok(answer.text())
        } else {
            Err(format!("{}: {}", answer.status, answer.text()))
        }
    }

    /// Waits until a text is answered at a host.
    pub(crate) async fn answers(&self, host: &str, text: &str) {
        wait_for(
            &format!("{text} at {host}"),
            Duration::from_secs(30),
            async || {
                let answer = self.visit(host).await?;
                if answer.contains(text) {
                    Ok(())
                } else {
                    Err(answer)
                }
            },
        )
        .await
        .unwrap();
    }

    /// Asks for the deletion.
    pub(crate) async fn delete(&self) {
        self.api
            .delete(&self.name, &DeleteParams::default())
            .await
            .unwrap();
    }

    /// Waits until the workspace is gone, and asserts that nothing that it made is left.
    pub(crate) async fn gone(&self) {
        self.removed().await;
        assert_eq!(
            inventory::of(self.place).await,
            Vec::<String>::new(),
            "left behind in {}",
            self.place.namespace
        );
    }

    /// Waits until the workspace is gone, and with it its name; for a namespace with more than one workspace.
    pub(crate) async fn removed(&self) {
        let what = format!("workspace {} to be gone", self.name);
        wait_for(&what, DOWN_WITHIN, async || {
            match self.api.get_opt(&self.name).await {
                Ok(None) => Ok(()),
                Ok(Some(workspace)) => Err(serde_json::to_string(&workspace.status).unwrap()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await
        .unwrap();
        assert_eq!(
            dns::query(&self.place.cluster, &self.host()).await,
            Ok(dns::Answer::NoSuchName)
        );
    }
}
