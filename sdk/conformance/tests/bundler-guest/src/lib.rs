//! A small bundler: each worker in a folder of its own, its bindings in one file. As it is, it keeps every rule of the
//! interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod check;

use maquette_sdk::bundler::{BindingTarget, Content, File, ModuleType, Worker};
use maquette_sdk::{Bundler, Context, Credential, Error, Host, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// A server that no bundler needs.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "bundler-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Workers in folders";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer("token", "A token that no bundler needs")]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

/// What the configuration wants to be wrong.
fn has(ctx: &Context<Config>, fault: &str) -> bool {
    ctx.config.fault == fault
}

impl Bundler for Guest {
    fn bundle(&self, ctx: &Context<Config>, workers: &[Worker]) -> Result<Content> {
        if has(ctx, "bundling_asks_nobody") {
            drop(ctx.http().get(&ctx.config.url).send());
        }
        if workers.is_empty() && !has(ctx, "an_image_of_no_worker_is_refused_with_its_field") {
            return Err(Error::invalid("workers", "there is none"));
        }
        let (mut files, mut secrets) = (Vec::new(), Vec::new());
        for (at, worker) in workers.iter().enumerate() {
            check::worker(ctx, workers, at)?;
            let folder = format!("workers/{}", worker.name);
            // Whatever lies in a folder gets lost.
            let lost = |name: &str| name.contains('/') && has(ctx, "every_module_is_in_a_layer");
            let modules = worker.modules.iter().filter(|module| !lost(&module.name));
            files.extend(
                modules.map(|module| file(&format!("{folder}/{}", module.name), &module.content)),
            );
            files.push(bindings(ctx, worker, &mut secrets));
        }
        if !has(ctx, "the_order_of_modules_changes_nothing") {
            files.sort_by(|left, right| left.path.cmp(&right.path));
        }
        secrets.sort();
        if !has(ctx, "every_secret_is_named_once") {
            secrets.dedup();
        }
        let mut ports = vec![8080];
        match ctx.config.fault.as_str() {
            "an_image_says_what_it_starts_and_where_it_listens" => ports.clear(),
            "the_same_workers_give_the_same_bytes" => {
                files.push(file("made-for", ctx.idempotency_key.as_bytes()));
            }
            "who_asks_does_not_change_the_bytes" => {
                files.push(file("owner", ctx.object.as_bytes()));
            }
            "no_credential_is_in_a_layer" => {
                // Of what stands for it, only the part that is the same in every call.
                let value = ctx.credential("token")?;
                let start = value.split_inclusive("credential-").next();
                files.push(file("token", start.unwrap_or_default().as_bytes()));
            }
            "nothing_but_secrets_is_named" => secrets.push("PORT".to_owned()),
            _ => {}
        }
        Ok(Content {
            base: "runtime:1".to_owned(),
            layers: vec![files],
            entrypoint: vec!["/runtime".to_owned(), "/workers".to_owned()],
            ports,
            env_from: secrets,
            warnings: Vec::new(),
        })
    }
}

fn file(path: &str, content: &[u8]) -> File {
    File {
        path: path.to_owned(),
        content: content.to_vec(),
        executable: false,
    }
}

/// What the worker finds under which name. A secret is named and nothing more.
fn bindings(ctx: &Context<Config>, worker: &Worker, secrets: &mut Vec<String>) -> File {
    let (mut all, mut order) = (Map::new(), Vec::new());
    for binding in &worker.bindings {
        let (kind, value) = match &binding.target {
            BindingTarget::Text(_) if has(ctx, "the_text_of_a_binding_is_in_a_layer") => continue,
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
        order.push(binding.name.clone());
        all.insert(binding.name.clone(), json!({ kind: value }));
    }
    let mut content = json!({ "main": worker.main_module, "bindings": Value::Object(all) });
    if has(ctx, "the_order_of_bindings_changes_nothing") {
        content["order"] = json!(order);
    }
    let path = format!("bindings/{}.json", worker.name);
    file(&path, content.to_string().as_bytes())
}

/// Whether it is a script that this runtime cannot import.
fn is_foreign(kind: ModuleType) -> bool {
    kind == ModuleType::CommonJs
}

maquette_sdk::plugin!(Guest: Bundler);
