//! Bundles workers as ECMAScript modules for Node.js: each worker in a folder of its own, its bindings in one file. Pure
//! and deterministic.

mod check;
#[cfg(test)]
mod tests;

use maquette_sdk::bundler::{Blobs, File, Image, Target, Value, Worker};
use maquette_sdk::{Bundler, Context, Error, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

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
    fn bundle(&self, ctx: &Context<Config>, workers: &[Worker], _: &dyn Blobs) -> Result<Image> {
        let [first, ..] = workers else {
            return Err(Error::invalid("workers", "there is none"));
        };
        let (mut files, mut variables) = (Vec::new(), Vec::new());
        let mut main = "";
        for (at, worker) in workers.iter().enumerate() {
            let starts = check::worker(workers, at, worker)?;
            if at == 0 {
                main = starts;
            }
            files.extend(modules(worker));
            files.push(bindings(worker, at, &mut variables)?);
        }
        // Whatever the order of the arguments, the bytes are the same.
        files.sort_by(|left, right| left.path.cmp(&right.path));
        variables.sort();
        variables.dedup();
        let start = vec!["node".to_owned(), format!("/workers/{}/{main}", first.name)];
        Ok(Image {
            layers: vec![files],
            environment: variables,
            ..Image::new(&ctx.config.base, start, ctx.config.port)
        })
    }
}

/// The content of a module is the host's: a file only names it.
fn modules(worker: &Worker) -> impl Iterator<Item = File> {
    worker.modules.iter().map(|module| {
        File::blob(
            format!("workers/{}/{}", worker.name, module.name),
            &module.content,
        )
    })
}

/// What the worker finds under which name. A secret is named and nothing more.
fn bindings(worker: &Worker, at: usize, variables: &mut Vec<String>) -> Result<File> {
    let mut all = Map::new();
    for (number, binding) in worker.bindings.iter().enumerate() {
        let value = match &binding.target {
            Target::Text(text) => value(text, variables),
            Target::Json(text) => json!({ "json": text }),
            Target::Worker(to) if to.entrypoint.is_none() && to.props.is_none() => {
                json!({ "worker": to.name })
            }
            Target::Service(to) | Target::KeyValue(to) | Target::Bucket(to) => {
                json!({ "url": value(&to.url, variables), "id": to.id })
            }
            _ => {
                let path = format!("workers[{at}].bindings[{number}].target");
                return Err(Error::invalid(
                    path,
                    "this bundler has no bindings of this kind",
                ));
            }
        };
        all.insert(binding.name.clone(), value);
    }
    let path = format!("bindings/{}.json", worker.name);
    Ok(File::octets(path, Json::Object(all).to_string()))
}

fn value(value: &Value, variables: &mut Vec<String>) -> Json {
    match value {
        Value::Text(text) => json!({ "text": text }),
        Value::Environment(name) => {
            variables.push(name.clone());
            json!({ "env": name })
        }
    }
}

maquette_sdk::plugin!(ThePlugin: Bundler);
