//! The interface `bundler`. Bundlers of workers: from modules to the layers of an image. Pure and deterministic; the host pushes.
#![doc = include_str!("example.md")]

mod export;

use std::collections::BTreeMap;

pub use crate::raw::bundler::exports::maquette::bundler::bundler::{
    Asset, Binding, Blob, Content, Endpoint, File, Image, Module, ModuleType, ObjectClass,
    OtherBinding, Port, Route, State, Target, Value, Volume, Worker, WorkerRef,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Bundles workers into an image.
///
/// Each rule of the interface is written in `wit/draft/bundler/bundler.wit`; the ones that are easy to miss:
/// * the same arguments give the same files, whatever the order of modules, bindings and assets;
/// * no secret is in a layer: `environment` names the variables;
/// * a module or binding that cannot be bundled is [`crate::Error::Invalid`] with its path.
pub trait Bundler: Plugin {
    /// Makes one image of these workers. Content is named, and read only by a bundler that has to look into it.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for what cannot be bundled, with its path.
    fn bundle(
        &self,
        ctx: &Context<Self::Config>,
        workers: &[Worker],
        blobs: &dyn Blobs,
    ) -> Result<Image>;
}

/// What the arguments name by its digest.
pub trait Blobs {
    /// The octets of one.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] where no argument names it.
    fn read(&self, blob: &Blob) -> Result<Vec<u8>>;
}

/// By their digests, for the tests of plugins.
impl Blobs for BTreeMap<String, Vec<u8>> {
    fn read(&self, blob: &Blob) -> Result<Vec<u8>> {
        let found = self.get(&blob.digest).cloned();
        found.ok_or_else(|| export::missing(blob))
    }
}

impl Worker {
    /// A worker of these modules that starts with this one and has nothing else.
    pub fn new(name: &str, modules: Vec<Module>, main_module: &str) -> Self {
        Self {
            name: name.to_owned(),
            modules,
            main_module: Some(main_module.to_owned()),
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
}

impl File {
    /// What the arguments name.
    pub fn blob(path: impl Into<String>, blob: &Blob) -> Self {
        Self {
            path: path.into(),
            content: Content::Blob(blob.digest.clone()),
            executable: false,
        }
    }

    /// What the bundler wrote itself.
    pub fn octets(path: impl Into<String>, octets: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            content: Content::Octets(octets.into()),
            executable: false,
        }
    }
}

impl Image {
    /// One that starts so and listens on this port, without layers.
    pub fn new(base: &str, entrypoint: Vec<String>, port: u16) -> Self {
        Self {
            base: base.to_owned(),
            layers: Vec::new(),
            entrypoint,
            ports: vec![Port {
                number: port,
                worker: None,
            }],
            environment: Vec::new(),
            volumes: Vec::new(),
            ready: None,
            warnings: Vec::new(),
        }
    }
}
