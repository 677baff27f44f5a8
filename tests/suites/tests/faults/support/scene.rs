//! One test's part of the world: a namespace, an operator behind a proxy, a provider, a gateway.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kube::api::{Patch, PatchParams};
use maquette_harness::process::Process;
use maquette_harness::wait_for;
use serde_json::{Value, json};
use tokio::sync::OwnedMutexGuard;

use super::dns::{self, MoodyDns};
use super::gateway::StandInGateway;
use super::objects::{MAQUETTE, Objects, condition};
use super::operator;
use super::proxy::Proxy;
use super::world::{self, OTHER_ZONE, World, ZONE};

/// The namespace of every test; the world is one test's at a time.
pub(crate) const NAMESPACE: &str = "shop";
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
const HTTP_ROUTES: &str = "gateway.networking.k8s.io/v1";
/// What a namespace of a workspace may hold.
const KINDS: [(&str, &str); 11] = [
    (MAQUETTE, "Workspace"),
    (MAQUETTE, "Component"),
    (MAQUETTE, "DNSRecord"),
    (MAQUETTE, "Tunnel"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
    ("v1", "Service"),
    (HTTP_ROUTES, "HTTPRoute"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "Pod"),
];

pub(crate) struct Scene {
    pub(crate) objects: Objects,
    pub(crate) proxy: Proxy,
    pub(crate) dns: MoodyDns,
    /// The operator that runs, or ran last.
    pub(crate) operator: std::sync::Mutex<Process>,
    clean: OwnedMutexGuard<bool>,
    pub(crate) world: Arc<World>,
}

static OPERATORS: AtomicUsize = AtomicUsize::new(0);

/// A name for an operator that no other of this world has.
pub(crate) fn next_name() -> String {
    format!("operator-{}", OPERATORS.fetch_add(1, Ordering::Relaxed))
}

impl Scene {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A scene whose operator has more arguments.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        let arguments: Vec<String> = arguments.collect();
        Self::start_in(async move |_| arguments).await
    }

    /// A scene whose operator has more arguments, which depend on the world.
    pub(crate) async fn start_in(arguments: impl AsyncFnOnce(&World) -> Vec<String>) -> Self {
        let (world, mut clean) = loop {
            let world = world::enter().await;
            let clean = world.clean.clone().lock_owned().await;
            if *clean {
                break (world, clean);
            }
            world::abandon().await;
        };
        // Until the test has come to its end and tidied up.
        *clean = false;
        let client = world.control_plane.client().await.unwrap();
        let objects = Objects(client.clone());
        objects.namespace(NAMESPACE, json!({"team": "a"})).await;
        StandInGateway::start(&objects);
        let proxy = Proxy::start(client).await;
        let dns = MoodyDns::start(&world.pdns).await;
        let arguments = arguments(&world).await;
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let process = operator::start(
            &world.control_plane,
            &next_name(),
            &proxy.url,
            &world.registry,
            &arguments,
        );
        proxy.serves(process.clone());
        let scene = Self {
            objects,
            proxy,
            dns,
            operator: std::sync::Mutex::new(process),
            clean,
            world,
        };
        scene
            .objects
            .apply(scene.provider("corp-dns", &json!({})))
            .await;
        scene.wait_ready("Provider", "corp-dns").await;
        scene
    }

    /// A provider that talks to the DNS server that misbehaves, with these fields instead.
    pub(crate) fn provider(&self, name: &str, fields: &Value) -> Value {
        let mut spec = json!({
            "plugin": "powerdns",
            "config": {"url": self.dns.url},
            "credentials": {"api-key": {"secretRef": {"name": "powerdns", "key": "api-key"}}},
            "egress": [self.dns.url],
            "scope": {"zones": [ZONE]},
            "intervalSeconds": 5,
        });
        for (field, value) in fields.as_object().unwrap() {
            spec[field] = value.clone();
        }
        json!({"apiVersion": MAQUETTE, "kind": "Provider", "metadata": {"name": name}, "spec": spec})
    }

    /// Starts an operator after the last one died.
    pub(crate) fn start_again(&self) {
        self.start_again_with(&[]);
    }

    /// Starts an operator with more arguments after the last one died.
    pub(crate) fn start_again_with(&self, arguments: &[&str]) {
        let process = operator::start(
            &self.world.control_plane,
            &next_name(),
            &self.proxy.url,
            &self.world.registry,
            arguments,
        );
        self.proxy.serves(process.clone());
        *self.operator.lock().unwrap() = process;
    }

    /// Ready as the API server tells it: status, reason, message.
    /// Status, reason and message of the object's condition `Ready`.
    pub(crate) async fn ready(
        &self,
        kind: &str,
        name: &str,
    ) -> Result<(String, String, String), String> {
        self.condition(kind, name, "Ready").await
    }

    pub(crate) async fn condition(
        &self,
        kind: &str,
        name: &str,
        of: &str,
    ) -> Result<(String, String, String), String> {
        let object = self
            .objects
            .of(MAQUETTE, kind, NAMESPACE)
            .get_opt(name)
            .await
            .map_err(|error| error.to_string())?;
        let object = serde_json::to_value(object.ok_or("it does not exist")?).unwrap();
        condition(&object, of).ok_or_else(|| format!("{}", object["status"]))
    }

    pub(crate) async fn wait_ready(&self, kind: &str, name: &str) {
        self.until(&format!("{kind} {name} to be Ready"), async || {
            match self.ready(kind, name).await? {
                (status, ..) if status == "True" => Ok(()),
                (_, reason, message) => Err(format!("{reason}: {message}")),
            }
        })
        .await;
    }

    /// Waits until it is not Ready for this reason, and returns the message.
    pub(crate) async fn wait_reason(&self, kind: &str, name: &str, wanted: &str) -> String {
        self.until(
            &format!("{kind} {name} to be {wanted}"),
            async || match self.ready(kind, name).await? {
                (status, reason, message) if status == "False" && reason == wanted => Ok(message),
                (status, reason, message) => Err(format!("{status} {reason}: {message}")),
            },
        )
        .await
    }

    /// Waits; where that fails, tells what the world looks like.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        condition: impl AsyncFnMut() -> Result<T, String>,
    ) -> T {
        self.within(PATIENCE, what, condition).await
    }

    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        what: &str,
        condition: impl AsyncFnMut() -> Result<T, String>,
    ) -> T {
        match wait_for(what, limit, condition).await {
            Ok(value) => value,
            Err(timeout) => panic!(
                "{timeout}\n{}\nwrites: {:#?}\n{}",
                self.operator.lock().unwrap().last_lines(40),
                self.proxy.writes(),
                maquette_harness::dump::namespace(self.world.control_plane.kubeconfig(), NAMESPACE)
            ),
        }
    }

    /// What the operator answers at `/metrics`.
    pub(crate) async fn metrics(&self) -> String {
        let log = self.operator.lock().unwrap().last_lines(1_000_000);
        let address = operator::metrics_address(&log);
        let request = ::http::Request::get("/metrics").body(bytes::Bytes::new());
        let answer = maquette_harness::http::send(&address, request.unwrap());
        let answer = answer.await.unwrap();
        assert!(answer.status.is_success(), "{}", answer.status);
        answer.text()
    }

    /// Everything that exists in the namespace and at the DNS server. Pods and `ReplicaSet`s go by their owner.
    pub(crate) async fn inventory(&self) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        for (version, kind) in KINDS {
            for object in self.objects.list(version, kind, NAMESPACE).await? {
                let instance = &object["metadata"]["labels"]["app.kubernetes.io/instance"];
                let name = if matches!(kind, "Pod" | "ReplicaSet") {
                    instance
                } else {
                    &object["metadata"]["name"]
                };
                found.push(format!("{kind} {}", name.as_str().unwrap_or_default()));
            }
        }
        found.extend(self.records().await);
        found.sort();
        Ok(found)
    }

    /// Record sets of all zones.
    pub(crate) async fn records(&self) -> Vec<String> {
        let mut found = dns::records(&self.world.pdns, ZONE).await;
        found.extend(dns::records(&self.world.pdns, OTHER_ZONE).await);
        found
    }

    /// Changes the metadata of an object, which makes the operator try again at once.
    pub(crate) async fn annotate(&self, kind: &str, name: &str, patch: &Value) {
        let api = self.objects.of(MAQUETTE, kind, NAMESPACE);
        api.patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub(crate) async fn delete(&self, kind: &str, name: &str) {
        self.objects.delete(MAQUETTE, kind, NAMESPACE, name).await;
    }

    pub(crate) async fn wait_nothing(&self) {
        self.until("nothing to be left", async || {
            match self.inventory().await? {
                left if left.is_empty() => Ok(()),
                left => Err(left.join("\n")),
            }
        })
        .await;
    }

    /// Tells what events were told about an object.
    pub(crate) async fn events(&self, name: &str) -> Vec<String> {
        let events = self
            .objects
            .list("events.k8s.io/v1", "Event", NAMESPACE)
            .await
            .unwrap();
        let about = events
            .iter()
            .filter(|event| event["regarding"]["name"] == name);
        about
            .map(|event| {
                format!(
                    "{}: {}",
                    event["reason"].as_str().unwrap_or_default(),
                    event["note"].as_str().unwrap_or_default()
                )
            })
            .collect()
    }

    /// Deletes what the test made, sees it gone and that nobody told the credential, and leaves the world to the next test.
    pub(crate) async fn finish(mut self) {
        for kind in ["Workspace", "DNSRecord"] {
            for object in self.objects.list(MAQUETTE, kind, NAMESPACE).await.unwrap() {
                self.delete(kind, object["metadata"]["name"].as_str().unwrap())
                    .await;
            }
        }
        self.wait_nothing().await;
        for object in self.objects.list(MAQUETTE, "Provider", "").await.unwrap() {
            self.delete("Provider", object["metadata"]["name"].as_str().unwrap())
                .await;
        }
        self.until("the providers to be gone", async || {
            match self.objects.list(MAQUETTE, "Provider", "").await? {
                left if left.is_empty() => Ok(()),
                left => Err(format!("{left:?}")),
            }
        })
        .await;
        self.until("no plugin to wait for its end", async || {
            let plugins = self.objects.list(MAQUETTE, "Plugin", "").await?;
            let ends = |plugin: &&Value| plugin["metadata"]["deletionTimestamp"].is_string();
            match plugins.iter().find(ends) {
                None => Ok(()),
                Some(left) => Err(left["status"].to_string()),
            }
        })
        .await;
        self.assert_nobody_told_the_credential();
        operator::terminate(&self.operator.lock().unwrap());
        *self.clean = true;
    }

    /// The DNS server's key stands in no log of an operator, and in no object but its Secret.
    fn assert_nobody_told_the_credential(&self) {
        let key = &self.world.pdns.api_key;
        let logs = self.world.control_plane.folder().join("logs");
        let mut bytes_read = 0;
        for entry in std::fs::read_dir(logs).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("operator-") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                bytes_read += text.len();
                assert!(
                    !text.contains(key.as_str()),
                    "{} tells the credential",
                    entry.path().display()
                );
            }
        }
        assert!(bytes_read > 0, "no log was read");
        let objects = self.world.kubectl(&[
            "get",
            "maquette,events",
            "--all-namespaces",
            "--output=json",
        ]);
        assert!(
            !objects.contains(key.as_str()),
            "an object tells the credential"
        );
    }
}
