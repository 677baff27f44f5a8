//! A small bundler: each worker in a folder of its own, its bindings in one file. As it is, it keeps every rule of the
//! interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod check;

use maquette_sdk::bundler::{Blobs, File, Image, ModuleType, Target, Value, Worker};
use maquette_sdk::{Bundler, Context, Credential, Error, Host, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

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
    fn bundle(&self, ctx: &Context<Config>, workers: &[Worker], _: &dyn Blobs) -> Result<Image> {
        if has(ctx, "bundling_asks_nobody") {
            drop(ctx.http().get(&ctx.config.url).send());
        }
        if workers.is_empty() && !has(ctx, "an_image_of_no_worker_is_refused_with_its_field") {
            return Err(Error::invalid("workers", "there is none"));
        }
        let (mut files, mut variables) = (Vec::new(), Vec::new());
        for (at, worker) in workers.iter().enumerate() {
            check::worker(ctx, workers, at)?;
            let folder = format!("workers/{}", worker.name);
            // Whatever lies in a folder gets lost.
            let lost = |name: &str| name.contains('/') && has(ctx, "every_module_is_in_a_layer");
            let modules = worker.modules.iter().filter(|module| !lost(&module.name));
            files
                .extend(modules.map(|module| {
                    File::blob(format!("{folder}/{}", module.name), &module.content)
                }));
            if !has(
                ctx,
                "a_worker_of_assets_alone_is_bundled_or_refused_with_its_path",
            ) {
                let assets = worker.assets.iter();
                files.extend(assets.map(|asset| {
                    File::blob(
                        format!("assets/{}{}", worker.name, asset.path),
                        &asset.content,
                    )
                }));
            }
            files.push(bindings(ctx, worker, &mut variables));
        }
        let as_they_came = match ctx.config.fault.as_str() {
            "the_order_of_modules_changes_nothing" => "workers/",
            "the_order_of_assets_changes_nothing" => "assets/",
            _ => "/",
        };
        // Those of one kind keep their order, in front of all others.
        files.sort_by_key(|file| {
            let sorted = !file.path.starts_with(as_they_came);
            sorted.then(|| file.path.clone())
        });
        variables.sort();
        if !has(ctx, "every_variable_is_named_once") {
            variables.dedup();
        }
        let start = vec!["/runtime".to_owned(), "/workers".to_owned()];
        let mut image = Image::new("runtime:1", start, 8080);
        match ctx.config.fault.as_str() {
            "an_image_says_what_it_starts_and_where_it_listens" => image.ports.clear(),
            "the_same_workers_give_the_same_bytes" => {
                files.push(File::octets("made-for", ctx.idempotency_key.as_bytes()));
            }
            "who_asks_does_not_change_the_bytes" => {
                files.push(File::octets("owner", ctx.object.as_bytes()));
            }
            "no_credential_is_in_a_layer" => {
                // Of what stands for it, only the part that is the same in every call.
                let value = ctx.credential("token")?;
                let start = value.split_inclusive("credential-").next();
                files.push(File::octets("token", start.unwrap_or_default()));
            }
            "nothing_but_variables_of_bindings_is_named" => variables.push("PORT".to_owned()),
            _ => {}
        }
        image.layers = vec![files];
        image.environment = variables;
        Ok(image)
    }
}

/// What the worker finds under which name. A secret is named and nothing more.
fn bindings(ctx: &Context<Config>, worker: &Worker, variables: &mut Vec<String>) -> File {
    let (mut all, mut order) = (Map::new(), Vec::new());
    for binding in &worker.bindings {
        let value = match &binding.target {
            Target::Text(Value::Text(_)) if has(ctx, "the_text_of_a_binding_is_in_a_layer") => {
                continue;
            }
            Target::Text(text) => value(text, variables),
            Target::Json(json) => json!({ "json": json }),
            Target::Data(blob) | Target::Wasm(blob) => json!({ "blob": blob.digest }),
            Target::Worker(to) => json!({ "worker": to.name, "entrypoint": to.entrypoint }),
            Target::Service(to) | Target::KeyValue(to) | Target::Bucket(to) | Target::Queue(to) => {
                json!({ "url": value(&to.url, variables), "id": to.id })
            }
            Target::DurableObject(class) => json!({ "class": class.class }),
            Target::Assets => json!("assets"),
            Target::Other(other) => json!({ "kind": other.kind }),
        };
        order.push(binding.name.clone());
        all.insert(binding.name.clone(), value);
    }
    let mut content = json!({ "main": worker.main_module, "bindings": all });
    if has(ctx, "the_order_of_bindings_changes_nothing") {
        content["order"] = json!(order);
    }
    File::octets(
        format!("bindings/{}.json", worker.name),
        content.to_string(),
    )
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

/// Whether it is a script that this runtime cannot import.
fn is_foreign(kind: &ModuleType) -> bool {
    *kind == ModuleType::CommonJs
}

maquette_sdk::plugin!(Guest: Bundler);
