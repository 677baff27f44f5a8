//! What cannot be bundled, with its path.

use maquette_sdk::bundler::{Binding, BindingTarget, Module, ModuleType, Worker};
use maquette_sdk::{Error, Result};
use serde::de::IgnoredAny;

/// The worker at this place among all.
pub fn worker(all: &[Worker], at: usize, worker: &Worker) -> Result<()> {
    let path = format!("workers[{at}]");
    if all.iter().take(at).any(|other| other.name == worker.name) {
        let message = format!("another worker is called `{}`", worker.name);
        return Err(Error::invalid(format!("{path}.name"), message));
    }
    let is_main = |module: &Module| module.name == worker.main_module;
    if !worker.modules.iter().any(is_main) {
        let message = format!("there is no module `{}`", worker.main_module);
        return Err(Error::invalid(format!("{path}.mainModule"), message));
    }
    for (at, found) in worker.modules.iter().enumerate() {
        let mut before = worker.modules.iter().take(at);
        let twice = before.any(|other| other.name == found.name);
        module(found, twice, &format!("{path}.modules[{at}]"))?;
    }
    for (at, found) in worker.bindings.iter().enumerate() {
        let mut before = worker.bindings.iter().take(at);
        let twice = before.any(|other| other.name == found.name);
        binding(all, found, twice, &format!("{path}.bindings[{at}]"))?;
    }
    Ok(())
}

fn module(module: &Module, twice: bool, path: &str) -> Result<()> {
    let name = &module.name;
    let field = format!("{path}.name");
    if twice {
        let message = format!("the worker has two modules `{name}`");
        return Err(Error::invalid(field, message));
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = format!("`{name}` leaves the worker's folder");
        return Err(Error::invalid(field, message));
    }
    match module.kind {
        ModuleType::CommonJs => Err(Error::invalid(field, "write an ECMAScript module")),
        ModuleType::Json => json(&module.content, &format!("{path}.content")),
        _ => Ok(()),
    }
}

fn binding(all: &[Worker], binding: &Binding, twice: bool, path: &str) -> Result<()> {
    if twice {
        let message = format!("the worker has two bindings `{}`", binding.name);
        return Err(Error::invalid(format!("{path}.name"), message));
    }
    match &binding.target {
        BindingTarget::Worker(name) if all.iter().all(|worker| worker.name != *name) => {
            let message = format!("there is no worker `{name}`");
            Err(Error::invalid(format!("{path}.target"), message))
        }
        BindingTarget::Json(text) => json(text.as_bytes(), &format!("{path}.target")),
        _ => Ok(()),
    }
}

fn json(octets: &[u8], path: &str) -> Result<()> {
    let parsed: Result<IgnoredAny, _> = serde_json::from_slice(octets);
    parsed
        .map(drop)
        .map_err(|error| Error::invalid(path, format!("it is no JSON: {error}")))
}
