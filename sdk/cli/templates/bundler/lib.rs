//! Bundles workers as ECMAScript modules for Node.js: each worker in a folder of its own, its bindings in one file. Pure
//! and deterministic.

mod check;
#[cfg(test)]
mod tests;

use maquette_sdk::bundler::{BindingTarget, Content, File, Worker};
use maquette_sdk::{Bundler, Context, Error, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Image that the layers go on top of.
    #[serde(default = "base")]
    pub base: String,
    /// Port that the workers listen on.
    #[serde(default = "port")]
    pub port: u16,
}

fn base() -> String {
    "docker.io/library/node:24-slim".to_owned()
}

fn port() -> u16 {
    8080
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");
}

impl Bundler for ThePlugin {
    fn bundle(&self, ctx: &Context<Config>, workers: &[Worker]) -> Result<Content> {
        let [first, ..] = workers else {
            return Err(Error::invalid("workers", "there is none"));
        };
        let (mut files, mut secrets) = (Vec::new(), Vec::new());
        for (at, worker) in workers.iter().enumerate() {
            check::worker(workers, at, worker)?;
            files.extend(modules(worker));
            files.push(bindings(worker, &mut secrets));
        }
        // Whatever the order of the arguments, the bytes are the same.
        files.sort_by(|left, right| left.path.cmp(&right.path));
        secrets.sort();
        secrets.dedup();
        Ok(Content {
            base: ctx.config.base.clone(),
            layers: vec![files],
            entrypoint: vec![
                "node".to_owned(),
                format!("/workers/{}/{}", first.name, first.main_module),
            ],
            ports: vec![ctx.config.port],
            env_from: secrets,
            warnings: Vec::new(),
        })
    }
}

fn modules(worker: &Worker) -> impl Iterator<Item = File> {
    worker.modules.iter().map(|module| File {
        path: format!("workers/{}/{}", worker.name, module.name),
        content: module.content.clone(),
        executable: false,
    })
}

/// What the worker finds under which name. A secret is named and nothing more.
fn bindings(worker: &Worker, secrets: &mut Vec<String>) -> File {
    let mut all = Map::new();
    for binding in &worker.bindings {
        let (kind, value) = match &binding.target {
            BindingTarget::Text(text) => ("text", text),
            BindingTarget::Json(json) => ("json", json),
            BindingTarget::Worker(name) => ("worker", name),
            BindingTarget::KeyValue(url) => ("keyValue", url),
            BindingTarget::Bucket(url) => ("bucket", url),
            BindingTarget::Secret(variable) => {
                secrets.push(variable.clone());
                ("env", variable)
            }
        };
        all.insert(binding.name.clone(), serde_json::json!({ kind: value }));
    }
    File {
        path: format!("bindings/{}.json", worker.name),
        content: Value::Object(all).to_string().into_bytes(),
        executable: false,
    }
}

maquette_sdk::plugin!(ThePlugin: Bundler);
