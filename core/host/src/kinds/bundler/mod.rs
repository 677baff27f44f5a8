//! The interface `maquette:bundler/bundler`: from modules of workers to the layers of an image, pure.

mod client;
mod types;

pub use client::Bundler;
pub use types::{Binding, BindingTarget, Content, File, Module, ModuleType, Worker};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:bundler/bundler@0.0.1",
    functions: &["bundle"],
};
