//! The interface `delivery`. GitOps engines: how an application is described to one, and how it says that it is well. Pure.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::delivery::exports::maquette::delivery::delivery::{
    App, Assessment, Chart, Health,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Speaks to a GitOps engine through its custom resources.
///
/// Each rule of the interface is written in `wit/draft/delivery/delivery.wit`; the ones that are easy to miss:
/// * the same application gives the same manifests in the same order;
/// * an object that the engine has not looked at since it was changed is [`Health::Progressing`], never healthy;
/// * what is missing is progressing at first and has a message.
pub trait Delivery: Plugin {
    /// Kubernetes objects, each as JSON, that make the engine install the application.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for what the engine cannot install.
    fn render(&self, ctx: &Context<Self::Config>, app: &App) -> Result<Vec<String>>;

    /// How it is, by these objects as they are now, each as JSON. Missing ones are left out.
    ///
    /// # Errors
    /// [`crate::Error::Other`] for an object that cannot be read.
    fn assess(
        &self,
        ctx: &Context<Self::Config>,
        app: &App,
        objects: &[String],
    ) -> Result<Assessment>;
}
