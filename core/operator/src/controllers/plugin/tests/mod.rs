//! Which offered versions are taken, which wait, and which are refused: a Plugin as the cluster holds it, offered one version
//! after the other.

mod newer;
mod older;
mod registry;

use super::{Observed, install::Problem, plan::plan, status::status};
use crate::engine::Report;
use jiff::Timestamp;
use maquette_api::{Plugin, PluginStatus, condition};
use maquette_host::{Digest, InstallError, Installed, Manifest, PullError};
use serde_json::{Value, json};
use std::time::Duration;

const IMAGE: &str = "r.example/team/plugin";

/// A version of a plugin; `content` stands for its code.
fn version(version: &str, content: &str) -> Installed {
    asking(version, content, &[], &json!([]))
}

fn asking(version: &str, content: &str, hosts: &[&str], credentials: &Value) -> Installed {
    let hosts: Vec<_> = hosts.iter().map(|host| json!({"fixed": host})).collect();
    let manifest: Manifest = serde_json::from_value(json!({
        "name": "plugin", "version": version, "summary": "Tests", "configSchema": {"type": "object"},
        "credentials": credentials, "hosts": hosts,
    }))
    .unwrap();
    Installed {
        digest: Digest::of(content.as_bytes()),
        version: version.to_owned(),
        manifest,
        interfaces: vec!["maquette:dns/dns@0.1.0".to_owned()],
        imports: vec!["maquette:plugin/log@0.1.0".to_owned()],
        size_bytes: 1,
        remembered: false,
        signed_by: Vec::new(),
    }
}

fn not_found() -> Problem {
    let reference = format!("{IMAGE}:9");
    InstallError::Pull(PullError::NotFound { reference }).into()
}

/// A Plugin as the cluster holds it, and what runs of it.
struct Case {
    plugin: Plugin,
    running: Option<Installed>,
    second: i64,
}

impl Case {
    /// Nothing runs yet.
    fn new(spec: &Value) -> Self {
        let mut case = Self {
            plugin: Plugin::new(
                "plugin",
                serde_json::from_value(json!({"image": IMAGE})).unwrap(),
            ),
            running: None,
            second: 1000,
        };
        case.specify(spec);
        case
    }

    /// This version runs.
    fn with(spec: &Value, running: Installed) -> Self {
        let mut case = Self::new(spec);
        case.offer(running);
        case
    }

    fn specify(&mut self, spec: &Value) {
        let mut whole = json!({"image": IMAGE});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        self.plugin.spec = serde_json::from_value(whole).unwrap();
        let generation = self.plugin.metadata.generation.unwrap_or_default() + 1;
        self.plugin.metadata.generation = Some(generation);
    }

    fn offer(&mut self, offered: Installed) -> PluginStatus {
        self.observe(Ok(offered)).0
    }

    fn observe(&mut self, offered: Result<Installed, Problem>) -> (PluginStatus, Vec<String>) {
        self.second += 60;
        let now = Timestamp::from_second(self.second).unwrap();
        let known = offered.as_ref().ok().cloned();
        let observed = Observed {
            running: self.running.clone().map(Ok),
            offered,
            pulled_from: None,
            unfit: Vec::new(),
            used_by: Vec::new(),
            recalled: crate::controllers::outside::Recalled::default(),
        };
        let plan = plan(&self.plugin, &observed);
        let notices = plan.notices.iter().map(|notice| notice.reason.to_owned());
        let notices = notices.collect();
        let Report { status, .. } = status(&self.plugin, &observed, now);
        if let Some(known) = known.filter(|k| status.digest == Some(k.digest.to_string())) {
            self.running = Some(known);
        }
        self.plugin.status = Some(status.clone());
        (status, notices)
    }
}

/// What runs, and what the condition `UpToDate` says.
fn told(status: &PluginStatus) -> (&str, &str) {
    let news = condition::find(&status.conditions, condition::UP_TO_DATE).unwrap();
    (status.version.as_deref().unwrap_or_default(), &news.reason)
}

fn ready(status: &PluginStatus) -> bool {
    condition::holds(&status.conditions, condition::READY)
}

fn history(status: &PluginStatus) -> Vec<&str> {
    status.history.iter().map(|entry| &*entry.version).collect()
}
