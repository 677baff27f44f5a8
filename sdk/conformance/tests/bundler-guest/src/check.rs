//! What cannot be bundled, with its path.

use maquette_sdk::bundler::{BindingTarget, ModuleType, Worker};
use maquette_sdk::{Context, Error, Result};
use serde_json::Value;

use crate::{Config, has, is_foreign};

/// The worker at this place.
pub fn worker(ctx: &Context<Config>, workers: &[Worker], at: usize) -> Result<()> {
    let (worker, path) = (&workers[at], format!("workers[{at}]"));
    let refuse = |ok: bool, fault: &str, path: String, why: &str| {
        if ok || has(ctx, fault) {
            Ok(())
        } else {
            Err(Error::invalid(path, why))
        }
    };
    let before = &workers[..at];
    refuse(
        before.iter().all(|other| other.name != worker.name),
        "two_workers_of_one_name_are_refused_with_their_path",
        format!("{path}.name"),
        "another worker has this name",
    )?;
    let main = |name: &str| name == worker.main_module;
    refuse(
        worker.modules.iter().any(|module| main(&module.name)),
        "a_main_module_that_is_not_there_is_refused_with_its_path",
        format!("{path}.main-module"),
        "there is no such module",
    )?;
    for (number, module) in worker.modules.iter().enumerate() {
        let field = format!("{path}.modules[{number}]");
        let before = &worker.modules[..number];
        if before.iter().any(|other| other.name == module.name) {
            if has(ctx, "two_modules_of_one_name_are_refused_with_their_path") {
                return Err(Error::invalid("workers", "a module is there twice"));
            }
            return Err(Error::invalid(format!("{field}.name"), "it is there twice"));
        }
        let plain = |part: &str| !matches!(part, "" | "." | "..");
        refuse(
            module.name.split('/').all(plain),
            "a_module_with_a_name_that_leads_elsewhere_is_kept_inside_or_refused",
            format!("{field}.name"),
            "a module lies below its worker",
        )?;
        if is_foreign(module.kind) {
            // Refused, and not said what.
            let fault = "every_kind_of_module_is_bundled_or_refused_with_its_path";
            let field = if has(ctx, fault) { "workers" } else { &field };
            return Err(Error::invalid(field, "write an ECMAScript module"));
        }
        refuse(
            module.kind != ModuleType::Json || is_json(&module.content),
            "a_module_of_json_that_is_none_is_refused_with_its_path",
            format!("{field}.content"),
            "it is no JSON",
        )?;
    }
    for (number, binding) in worker.bindings.iter().enumerate() {
        let field = format!("{path}.bindings[{number}]");
        let before = &worker.bindings[..number];
        refuse(
            before.iter().all(|other| other.name != binding.name),
            "two_bindings_of_one_name_are_refused_with_their_path",
            format!("{field}.name"),
            "it is there twice",
        )?;
        match &binding.target {
            BindingTarget::Worker(name) => refuse(
                workers.iter().any(|worker| worker.name == *name),
                "a_binding_to_an_unknown_worker_is_refused_with_its_path",
                format!("{field}.target"),
                "there is no such worker",
            )?,
            BindingTarget::Json(json) => refuse(
                is_json(json.as_bytes()),
                "a_binding_of_json_that_is_none_is_refused_with_its_path",
                format!("{field}.target"),
                "it is no JSON",
            )?,
            BindingTarget::Bucket(_) => refuse(
                !has(
                    ctx,
                    "every_kind_of_binding_is_bundled_or_refused_with_its_path",
                ),
                "",
                "workers".to_owned(),
                "buckets are not supported",
            )?,
            _ => {}
        }
    }
    Ok(())
}

fn is_json(octets: &[u8]) -> bool {
    serde_json::from_slice::<Value>(octets).is_ok()
}
