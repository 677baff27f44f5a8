//! `maquette plugin approve` and `rollback`, alone and as `kubectl maquette`, with a real API server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, Patch, PatchParams, PostParams};
use maquette_api::Plugin;
use maquette_harness::tools::Tool;
use maquette_harness::{ControlPlane, wait_for};
use serde_json::{Value, json};

const MAQUETTE: &str = env!("CARGO_BIN_EXE_maquette");

struct Done {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Done {
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{} {}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap()
    }
}

struct Place {
    control_plane: ControlPlane,
    plugins: Api<Plugin>,
}

fn digest(last: char) -> String {
    format!("sha256:{}{last}", "0".repeat(63))
}

impl Place {
    /// A control plane with a Plugin of which one version runs, one ran and one waits.
    async fn new() -> Self {
        let control_plane = ControlPlane::start().await.unwrap();
        let client = control_plane.client().await.unwrap();
        let definitions = Api::<CustomResourceDefinition>::all(client.clone());
        let ours = |it: &CustomResourceDefinition| it.spec.names.kind == "Plugin";
        let definition = maquette_api::crds().into_iter().find(ours).unwrap();
        definitions
            .create(&PostParams::default(), &definition)
            .await
            .unwrap();
        let plugins: Api<Plugin> = Api::all(client);
        wait_for("the kind Plugin", Duration::from_secs(30), async || {
            plugins
                .list(&kube::api::ListParams::default())
                .await
                .map(drop)
        })
        .await
        .unwrap();
        let plugin = json!({
            "apiVersion": "maquette.dev/v1alpha1", "kind": "Plugin", "metadata": { "name": "powerdns" },
            "spec": { "image": "registry.example.com/maquette/powerdns", "version": "~1" },
        });
        let plugin = serde_json::from_value(plugin).unwrap();
        plugins
            .create(&PostParams::default(), &plugin)
            .await
            .unwrap();
        let place = Self {
            control_plane,
            plugins,
        };
        place.status(json!({
            "digest": digest('2'), "version": "1.1.0",
            "history": [
                { "digest": digest('2'), "version": "1.1.0", "since": "2026-01-02T00:00:00Z" },
                { "digest": digest('1'), "version": "1.0.0", "since": "2026-01-01T00:00:00Z" },
            ],
            "pending": { "digest": digest('3'), "version": "1.2.0", "asksFor": ["host https://more.example"] },
        }))
        .await;
        place
    }

    /// What the operator would say.
    async fn status(&self, status: Value) {
        let patch = Patch::Merge(json!({ "status": status }));
        self.plugins
            .patch_status("powerdns", &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    async fn spec(&self) -> maquette_api::PluginSpec {
        self.plugins.get("powerdns").await.unwrap().spec
    }

    async fn run(&self, program: &Path, arguments: &[&str]) -> Done {
        let folder = Path::new(MAQUETTE).parent().unwrap();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("KUBECONFIG", self.control_plane.kubeconfig())
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        let done = tokio::task::spawn_blocking(move || command.output());
        let done = done.await.unwrap().unwrap();
        Done {
            code: done.status.code(),
            stdout: String::from_utf8(done.stdout).unwrap(),
            stderr: String::from_utf8(done.stderr).unwrap(),
        }
    }

    async fn maquette(&self, arguments: &[&str]) -> Done {
        let arguments = [&["plugin"], arguments, &["--output=json"]].concat();
        self.run(Path::new(MAQUETTE), &arguments).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_approved_by_its_digest_and_nothing_else_is() {
    let place = Place::new().await;
    let other = place
        .maquette(&["approve", "powerdns", "--digest", &digest('9')])
        .await;
    assert_eq!(other.code, Some(1));
    assert!(
        other.stderr.contains("what waits is 1.2.0"),
        "{}",
        other.stderr
    );
    assert_eq!(place.spec().await.approved_digest, None);

    let approved = place.maquette(&["approve", "powerdns"]).await;
    assert!(
        approved
            .stderr
            .contains("It asks for more: host https://more.example"),
        "{}",
        approved.stderr
    );
    assert_eq!(approved.json()["digest"], digest('3').as_str());
    assert_eq!(place.spec().await.approved_digest, Some(digest('3')));

    place.status(json!({ "pending": null })).await;
    let nothing = place.maquette(&["approve", "powerdns"]).await;
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.stderr.contains("waits for approval; 1.1.0 runs"),
        "{}",
        nothing.stderr
    );
    let unknown = place.maquette(&["approve", "nobody"]).await;
    assert!(
        unknown.stderr.contains("there is no Plugin `nobody`"),
        "{}",
        unknown.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_goes_back_to_what_ran_before_and_follows_its_version_again() {
    let place = Place::new().await;
    assert_eq!(
        place.maquette(&["rollback", "powerdns"]).await.json()["version"],
        "1.0.0"
    );
    assert_eq!(place.spec().await.rollback_to, Some(digest('1')));
    let cancelled = place
        .maquette(&["rollback", "powerdns", "--cancel"])
        .await
        .json();
    assert_eq!(cancelled["follows"], "~1");
    assert_eq!(place.spec().await.rollback_to, None);

    let late = place
        .maquette(&["rollback", "powerdns", "--to", "1.0.0", "--wait", "0"])
        .await;
    assert_eq!(late.code, Some(1));
    assert!(late.stderr.contains("does not run"), "{}", late.stderr);
    place.status(json!({ "digest": digest('1') })).await;
    let there = place
        .maquette(&["rollback", "powerdns", "--to", "1.0.0", "--wait", "5"])
        .await;
    assert_eq!(there.json()["runs"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_runs_the_command_as_its_plugin() {
    let place = Place::new().await;
    let kubectl = Tool::Kubectl.path().unwrap();
    let done = place
        .run(
            &kubectl,
            &["maquette", "plugin", "rollback", "powerdns", "-o", "json"],
        )
        .await;
    assert_eq!(done.json()["digest"], digest('1').as_str());
    assert_eq!(place.spec().await.rollback_to, Some(digest('1')));
    let help = place
        .run(&kubectl, &["maquette", "plugin", "approve", "--help"])
        .await;
    assert!(
        help.stdout
            .contains("Usage: kubectl maquette plugin approve"),
        "{}",
        help.stdout
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_is_not_there_is_told_so() {
    let folder = std::env::temp_dir().join("no-kubeconfig-here");
    let done = Command::new(MAQUETTE)
        .args(["plugin", "approve", "powerdns", "--kubeconfig"])
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(
        told.contains("--kubeconfig") && told.contains("cannot be used"),
        "{told}"
    );
}
