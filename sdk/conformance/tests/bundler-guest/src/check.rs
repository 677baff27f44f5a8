//! What cannot be bundled, with its path.

use maquette_sdk::bundler::{Route, Target, Worker};
use maquette_sdk::{Context, Error, Result};

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
    let is_there = |main: &String| worker.modules.iter().any(|module| module.name == *main);
    refuse(
        worker.main_module.as_ref().is_none_or(is_there),
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
        if is_foreign(&module.kind) {
            // Refused, and not said what.
            let fault = "every_kind_of_module_is_bundled_or_refused_with_its_path";
            let field = if has(ctx, fault) { "workers" } else { &field };
            return Err(Error::invalid(field, "write an ECMAScript module"));
        }
    }
    for (number, asset) in worker.assets.iter().enumerate() {
        let before = &worker.assets[..number];
        if before.iter().any(|other| other.path == asset.path) {
            let fault = "two_assets_of_one_path_are_refused_with_their_path";
            let field = if has(ctx, fault) {
                "workers".to_owned()
            } else {
                format!("{path}.assets[{number}].path")
            };
            return Err(Error::invalid(field, "it is there twice"));
        }
    }
    for (number, route) in worker.routes.iter().enumerate() {
        let same = |other: &Route| (&other.hostname, &other.path) == (&route.hostname, &route.path);
        refuse(
            workers[..at]
                .iter()
                .flat_map(|worker| &worker.routes)
                .all(|other| !same(other)),
            "two_workers_with_one_route_are_refused_with_their_path",
            format!("{path}.routes[{number}]"),
            "another worker answers it",
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
            Target::Worker(to) => refuse(
                workers.iter().any(|worker| worker.name == to.name),
                "a_binding_to_an_unknown_worker_is_refused_with_its_path",
                format!("{field}.target"),
                "there is no such worker",
            )?,
            Target::Bucket(_) => refuse(
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
