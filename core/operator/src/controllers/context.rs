//! What controllers are made of.

use super::plugin::Installer;
use crate::{cluster::Caches, providers::Registry};
use std::sync::Arc;

/// What controllers are made of.
pub struct Context {
    /// The shared caches.
    pub caches: Arc<Caches>,
    /// Installs plugins.
    pub installer: Installer,
    /// Providers that are Ready.
    pub registry: Arc<Registry>,
    /// Namespace of the operator.
    pub namespace: String,
    /// Identity of this installation.
    pub installation: String,
}

/// A controller that is started from the table of kinds.
pub trait FromContext {
    /// The controller.
    fn from_context(context: &Context) -> Self;
}
