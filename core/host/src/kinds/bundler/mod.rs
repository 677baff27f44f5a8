//! The interface `maquette:bundler/bundler`: from modules of workers to the layers of an image, pure.

mod blobs;
mod check;
mod client;
mod image;
mod types;

pub use blobs::Blobs;
pub use client::Bundler;
pub use image::{Content, File, Image, Port, Volume};
pub use types::{
    Asset, Binding, Blob, Endpoint, Module, ModuleType, ObjectClass, OtherBinding, Route, State,
    Target, Value, Worker, WorkerRef,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:bundler/bundler@0.0.1",
    functions: &["bundle"],
};

/// What a bundler imports besides what every plugin can.
pub(crate) const BLOBS: &str = "maquette:bundler/blobs@0.0.1";
