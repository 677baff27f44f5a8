//! What every rule works with: workers, and the plugin's function without its ceremony.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::bundler::{
    Asset, Binding, Blob, Blobs, Content, File, Image, Module, ModuleType, Target, Value, Worker,
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

    pub(crate) async fn bundle(&self, workers: &[Worker]) -> Result<Image, CallError> {
        self.bundler.bundle(&self.call(), workers, &blobs()).await
    }

    /// A call with the intention of every other such call of the rule.
    pub(crate) fn alike(&self) -> Call {
        self.place.call(&format!("bundler-{}-alike", self.number))
    }

    pub(crate) async fn bundle_alike(&self, workers: &[Worker]) -> Result<Image, CallError> {
        self.bundler.bundle(&self.alike(), workers, &blobs()).await
    }

    /// The image of workers of which the bundler may refuse what is at this path.
    pub(crate) async fn bundle_with(
        &self,
        workers: &[Worker],
        path: &str,
    ) -> Result<Option<Image>, Failure> {
        match self.bundle(workers).await {
            Ok(image) => Ok(Some(image)),
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
pub(crate) fn told(answer: &Result<Image, CallError>) -> String {
    match answer {
        Ok(image) => format!("an image of {:?}", paths(image)),
        Err(error) => format!("an error: {error}"),
    }
}

pub(crate) fn files(image: &Image) -> impl Iterator<Item = &File> {
    image.layers.iter().flatten()
}

pub(crate) fn paths(image: &Image) -> Vec<&str> {
    files(image).map(|file| file.path.as_str()).collect()
}

/// The octets of a file, with those that it names.
pub(crate) fn octets<'a>(file: &'a File, blobs: &'a Blobs) -> &'a [u8] {
    match &file.content {
        Content::Octets(octets) => octets,
        Content::Blob(digest) => blobs.octets(digest).unwrap_or_default(),
    }
}

/// Whether these octets stand in a file of the image.
pub(crate) fn holds(image: &Image, wanted: &[u8]) -> bool {
    let blobs = blobs();
    files(image).any(|file| {
        let mut windows = octets(file, &blobs).windows(wanted.len().max(1));
        windows.any(|window| window == wanted)
    })
}

/// Everything that the kit's workers name.
pub(crate) fn blobs() -> Blobs {
    let mut blobs = Blobs::new();
    for octets in CONTENTS {
        blobs.hold(*octets);
    }
    blobs
}

/// One of [`CONTENTS`].
pub(crate) fn module(name: &str, kind: ModuleType, content: &[u8]) -> Module {
    Module {
        name: name.to_owned(),
        kind,
        content: Blob::of(content),
    }
}

/// One of [`CONTENTS`].
pub(crate) fn asset(path: &str, content: &[u8]) -> Asset {
    Asset {
        path: path.to_owned(),
        content: Blob::of(content),
        media_type: None,
    }
}

pub(crate) fn binding(name: &str, target: Target) -> Binding {
    Binding {
        name: name.to_owned(),
        target,
    }
}

pub(crate) fn text(text: &str) -> Target {
    Target::Text(Value::Text(text.to_owned()))
}

pub(crate) fn variable(name: &str) -> Target {
    Target::Text(Value::Environment(name.to_owned()))
}

/// What a script of nothing is.
pub(crate) const SCRIPT: &[u8] = b"export default { fetch() { return new Response('kit') } };\n";
pub(crate) const A: &[u8] = b"export const name = 'kit of lib/a.js';\n";
pub(crate) const B: &[u8] = b"export const name = 'kit of lib/b.js';\n";
pub(crate) const API: &[u8] = b"export const name = 'kit of api';\n";
pub(crate) const COMMON: &[u8] = b"module.exports = 'kit';\n";
pub(crate) const PYTHON: &[u8] = b"kit = 1\n";
pub(crate) const LISTENER: &[u8] = b"addEventListener('fetch', (event) => {});\n";
pub(crate) const TEXT: &[u8] = b"kit, and \xc3\xbc\r\n";
pub(crate) const JSON: &[u8] = b"{\"kit\":1}";
pub(crate) const BYTES: &[u8] = b"\0kit\xff\xfe";
/// The smallest core module (WebAssembly core specification, section 5.5.16).
pub(crate) const WASM: &[u8] = b"\0asm\x01\0\0\0";

const CONTENTS: &[&[u8]] = &[
    SCRIPT, A, B, API, COMMON, PYTHON, LISTENER, TEXT, JSON, BYTES, WASM,
];

/// A worker of one module, without bindings.
pub(crate) fn bare(name: &str) -> Worker {
    Worker {
        name: name.to_owned(),
        modules: vec![module("index.js", ModuleType::EsModule, SCRIPT)],
        main_module: Some("index.js".to_owned()),
        compatibility_date: "2026-01-01".to_owned(),
        compatibility_flags: Vec::new(),
        bindings: Vec::new(),
        states: Vec::new(),
        assets: Vec::new(),
        routes: Vec::new(),
        schedules: Vec::new(),
        tails: Vec::new(),
        metadata: "{}".to_owned(),
    }
}

/// A worker of several modules and bindings.
pub(crate) fn worker() -> Worker {
    let mut worker = bare("web");
    for (name, script) in [("lib/b.js", B), ("lib/a.js", A)] {
        worker
            .modules
            .push(module(name, ModuleType::EsModule, script));
    }
    worker.bindings = vec![
        binding("ZONE", text("kit-zone")),
        binding("KEY", variable("WEB_KEY")),
        binding("GREETING", text("kit-greeting")),
        binding("ANOTHER", variable("ANOTHER_KEY")),
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
