//! The interface `delivery`. GitOps engines: how an application is described to one, and how it says that it is well. Pure.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::delivery::exports::maquette::delivery::delivery::{
    App, Assessment, Chart, GitChart, Health, OciChart, RepositoryChart, SecretValue,
};

use serde_json::Value;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// Speaks to a GitOps engine through its custom resources.
///
/// Each rule of the interface is written in `wit/draft/delivery/delivery.wit`; the ones that are easy to miss:
/// * the same application gives the same manifests in the same order, also while it is being deleted (`removing`);
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

impl App {
    /// The values of the chart. The host checks that they are a JSON object.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] with `values` outside of the host.
    pub fn values(&self) -> Result<Value> {
        serde_json::from_str(&self.values)
            .map_err(|error| Error::invalid("values", error.to_string()))
    }

    /// The object of this kind and name in the application's namespace.
    pub fn find<'a>(&self, objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
        let text =
            |object: &'a Value, pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        objects.iter().find(|object| {
            text(object, "/kind") == Some(kind)
                && text(object, "/metadata/name") == Some(name)
                && text(object, "/metadata/namespace") == Some(&self.namespace)
        })
    }
}

impl Assessment {
    /// An assessment with this message.
    pub fn new(health: Health, reason: &str, message: impl Into<String>) -> Self {
        Self {
            health,
            reason: reason.to_owned(),
            message: message.into(),
            revision: None,
            urls: Vec::new(),
            images: Vec::new(),
        }
    }
}

/// Objects that the host hands over, read.
///
/// # Errors
/// [`crate::Error::Other`] for a text that is no JSON.
pub fn parsed(objects: &[String]) -> Result<Vec<Value>> {
    let read = |text: &String| {
        serde_json::from_str(text)
            .map_err(|error| Error::Other(format!("an object cannot be read: {error}")))
    };
    objects.iter().map(read).collect()
}
