//! What every rule works with: workers, and the plugin's function without its ceremony.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::bundler::{
    Binding, BindingTarget, Content, File, Module, ModuleType, Worker,
};
use maquette_host::{Bundler, Call, CallError, PluginError};

use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Outcome, Place, keep};

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    bundler: Bundler,
    credentials: BTreeMap<String, String>,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let bundler = place.direct.bundler();
        Ok(Self {
            place: place.clone(),
            bundler: bundler.map_err(|error| SetupError::Incomplete(error.to_string()))?,
            credentials: subject.credentials.clone(),
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| crate::faults::Action::Forward);
        Bench {
            place: self.place.clone(),
            bundler: self.bundler.clone(),
            credentials: self.credentials.clone(),
            number,
            count: AtomicUsize::new(0),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) bundler: Bundler,
    /// Those of the Provider.
    pub(crate) credentials: BTreeMap<String, String>,
    number: usize,
    count: AtomicUsize,
}

impl Bench {
    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        let next = self.count.fetch_add(1, Ordering::Relaxed);
        self.place.call(&format!("bundler-{}-{next}", self.number))
    }

    pub(crate) async fn bundle(&self, workers: &[Worker]) -> Result<Content, CallError> {
        self.bundler.bundle(&self.call(), workers).await
    }

    /// A call with the intention of every other such call of the rule.
    pub(crate) fn alike(&self) -> Call {
        self.place.call(&format!("bundler-{}-alike", self.number))
    }

    pub(crate) async fn bundle_alike(&self, workers: &[Worker]) -> Result<Content, CallError> {
        self.bundler.bundle(&self.alike(), workers).await
    }

    /// The image of workers of which the bundler may refuse what is at this path.
    pub(crate) async fn bundle_with(
        &self,
        workers: &[Worker],
        path: &str,
    ) -> Result<Option<Content>, Failure> {
        match self.bundle(workers).await {
            Ok(content) => Ok(Some(content)),
            Err(CallError::Plugin(PluginError::Unsupported(_))) => Ok(None),
            Err(error) if is_invalid(&error, path) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What can never be bundled is `invalid` with this path.
    pub(crate) async fn refused(&self, workers: &[Worker], path: &str) -> Outcome {
        let answer = self.bundle(workers).await;
        keep!(
            answer.as_ref().is_err_and(|error| is_invalid(error, path)),
            "expected was `invalid` with the path `{path}`, and bundle returned {}",
            told(&answer)
        );
        Ok(())
    }
}

/// A path may name a field below it, and be written in the way of Kubernetes (`mainModule`) or of WIT (`main-module`).
fn is_invalid(error: &CallError, wanted: &str) -> bool {
    let plain = |path: &str| path.replace('-', "").to_lowercase();
    match error {
        CallError::Plugin(PluginError::Invalid { path, .. }) => {
            let (path, wanted) = (plain(path), plain(wanted));
            let below = path.strip_prefix(&wanted);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        }
        _ => false,
    }
}

/// Without the content of files, which may be long.
pub(crate) fn told(answer: &Result<Content, CallError>) -> String {
    match answer {
        Ok(content) => format!("an image of {:?}", paths(content)),
        Err(error) => format!("an error: {error}"),
    }
}

pub(crate) fn files(content: &Content) -> impl Iterator<Item = &File> {
    content.layers.iter().flatten()
}

pub(crate) fn paths(content: &Content) -> Vec<&str> {
    files(content).map(|file| file.path.as_str()).collect()
}

/// Whether these octets stand in a file of the image.
pub(crate) fn holds(content: &Content, octets: &[u8]) -> bool {
    files(content).any(|file| {
        let mut windows = file.content.windows(octets.len().max(1));
        windows.any(|window| window == octets)
    })
}

pub(crate) fn module(name: &str, kind: ModuleType, content: &[u8]) -> Module {
    Module {
        name: name.to_owned(),
        kind,
        content: content.to_vec(),
    }
}

pub(crate) fn binding(name: &str, target: BindingTarget) -> Binding {
    Binding {
        name: name.to_owned(),
        target,
    }
}

/// What a script of nothing is.
pub(crate) const SCRIPT: &[u8] = b"export default { fetch() { return new Response('kit') } };\n";

/// A worker of one module, without bindings, that answers everything.
pub(crate) fn bare(name: &str) -> Worker {
    Worker {
        name: name.to_owned(),
        modules: vec![module("index.js", ModuleType::EsModule, SCRIPT)],
        main_module: "index.js".to_owned(),
        compatibility_date: "2026-01-01".to_owned(),
        compatibility_flags: Vec::new(),
        bindings: Vec::new(),
        hostnames: Vec::new(),
    }
}

/// A worker of several modules and bindings.
pub(crate) fn worker() -> Worker {
    let mut worker = bare("web");
    for name in ["lib/b.js", "lib/a.js"] {
        let script = format!("export const name = 'kit of {name}';\n");
        worker
            .modules
            .push(module(name, ModuleType::EsModule, script.as_bytes()));
    }
    worker.bindings = vec![
        binding("ZONE", BindingTarget::Text("kit-zone".to_owned())),
        binding("KEY", BindingTarget::Secret("WEB_KEY".to_owned())),
        binding("GREETING", BindingTarget::Text("kit-greeting".to_owned())),
        binding("ANOTHER", BindingTarget::Secret("ANOTHER_KEY".to_owned())),
    ];
    worker
}

#[cfg(test)]
mod tests {
    use maquette_host::{CallError, PluginError};

    use super::is_invalid;

    #[test]
    fn a_path_is_recognized_however_its_fields_are_written() {
        let refused = |path: &str| {
            CallError::Plugin(PluginError::Invalid {
                path: path.to_owned(),
                message: String::new(),
            })
        };
        for path in ["workers[0].mainModule", "workers[0].main-module"] {
            assert!(is_invalid(&refused(path), "workers[0].main-module"));
        }
        assert!(is_invalid(
            &refused("workers[0].modules[1].name"),
            "workers[0].modules[1]"
        ));
        assert!(!is_invalid(
            &refused("workers[0].modules[10]"),
            "workers[0].modules[1]"
        ));
        assert!(!is_invalid(&refused("workers"), "workers[0].modules[1]"));
    }
}
