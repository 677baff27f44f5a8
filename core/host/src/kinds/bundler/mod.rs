//! The interface `maquette:plugin/bundler`: from modules of workers to the layers of an image, pure.

mod client;
mod types;

pub use client::Bundler;
pub use types::{Binding, BindingTarget, Content, File, Module, ModuleType, Worker};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:plugin/bundler@0.1.0",
    functions: &["bundle"],
};
