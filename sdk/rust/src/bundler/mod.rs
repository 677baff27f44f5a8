//! The interface `bundler`. Bundlers of workers: from modules to the layers of an image. Pure and deterministic; the host pushes.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::bundler::exports::maquette::bundler::bundler::{
    Binding, BindingTarget, Content, File, Module, ModuleType, Worker,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Bundles workers into an image.
///
/// Each rule of the interface is written in `wit/draft/bundler/bundler.wit`; the ones that are easy to miss:
/// * the same arguments give the same bytes, whatever the order of modules and bindings;
/// * no secret is in a layer: `env_from` names them;
/// * a module or binding that cannot be bundled is [`crate::Error::Invalid`] with its path.
pub trait Bundler: Plugin {
    /// Makes one image of these workers.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for what cannot be bundled, with its path.
    fn bundle(&self, ctx: &Context<Self::Config>, workers: &[Worker]) -> Result<Content>;
}
