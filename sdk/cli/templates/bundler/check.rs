//! What cannot be bundled, with its path.

use maquette_sdk::bundler::{Binding, Module, ModuleType, Target, Worker};
use maquette_sdk::{Error, Result};

/// The worker at this place among all, and the module that it starts with.
pub fn worker<'a>(all: &[Worker], at: usize, worker: &'a Worker) -> Result<&'a str> {
    let path = format!("workers[{at}]");
    if all.iter().take(at).any(|other| other.name == worker.name) {
        let message = format!("another worker is called `{}`", worker.name);
        return Err(Error::invalid(format!("{path}.name"), message));
    }
    let Some(main) = &worker.main_module else {
        return Err(Error::invalid(
            path,
            "this bundler has no workers without a module",
        ));
    };
    if !worker.modules.iter().any(|module| module.name == *main) {
        let message = format!("there is no module `{main}`");
        return Err(Error::invalid(format!("{path}.mainModule"), message));
    }
    if !worker.assets.is_empty() {
        return Err(Error::invalid(
            format!("{path}.assets"),
            "this bundler serves none",
        ));
    }
    if !worker.routes.is_empty() {
        let message = "this bundler starts the first worker for every request";
        return Err(Error::invalid(format!("{path}.routes"), message));
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
    Ok(main)
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
        ModuleType::CommonJs | ModuleType::ServiceWorker => {
            Err(Error::invalid(field, "write an ECMAScript module"))
        }
        ModuleType::Python | ModuleType::Other(_) => {
            Err(Error::invalid(field, "Node.js has no such module"))
        }
        ModuleType::EsModule
        | ModuleType::Text
        | ModuleType::Json
        | ModuleType::Data
        | ModuleType::Wasm => Ok(()),
    }
}

fn binding(all: &[Worker], binding: &Binding, twice: bool, path: &str) -> Result<()> {
    if twice {
        let message = format!("the worker has two bindings `{}`", binding.name);
        return Err(Error::invalid(format!("{path}.name"), message));
    }
    match &binding.target {
        Target::Worker(to) if all.iter().all(|worker| worker.name != to.name) => {
            let message = format!("there is no worker `{}`", to.name);
            Err(Error::invalid(format!("{path}.target"), message))
        }
        _ => Ok(()),
    }
}
