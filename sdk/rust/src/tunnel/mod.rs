//! The interface `tunnel`. Tunnels: a way in from outside through a connector that runs in the cluster and dials out.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::tunnel::exports::maquette::tunnel::tunnel::{
    Connector, Established, File, Observed, Page, Probe, Route, Source, Spec, Target, Variable,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Keeps tunnels.
///
/// Each rule of the interface is written in `wit/tunnel/tunnel.wit`; the ones that are easy to miss:
/// * `ensure` looks for the tunnel by its name and owner mark before it creates one;
/// * a tunnel without an owner mark, or with another's, is never changed;
/// * `set_routes` takes the complete list, and equal lists in another order write nothing;
/// * `spec.secret` is a placeholder: put it into request bodies and files as it is, and nowhere else;
/// * a plugin without state on its side answers from its arguments.
pub trait Tunnel: Plugin {
    /// Makes the tunnel with these routes, or finds it. Changes neither routes nor secret of one that exists.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn ensure(&self, ctx: &Context<Self::Config>, spec: &Spec) -> Result<Established>;

    /// The tunnel of this identifier, or nothing.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn observe(&self, ctx: &Context<Self::Config>, id: &str) -> Result<Option<Observed>>;

    /// Makes these the routes of the tunnel, where its version is still `expect`.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] when it changed meanwhile, and what the provider answers.
    fn set_routes(
        &self,
        ctx: &Context<Self::Config>,
        id: &str,
        spec: &Spec,
        expect: &str,
    ) -> Result<Established>;

    /// Gives the tunnel a new secret, `spec.secret`. The same secret again changes nothing.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn rotate(&self, ctx: &Context<Self::Config>, id: &str, spec: &Spec) -> Result<Established>;

    /// Disconnects and removes the tunnel. What is absent is removed.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] for another owner, and what the provider answers.
    fn delete(&self, ctx: &Context<Self::Config>, id: &str, owner: &str) -> Result<()>;

    /// Tunnels whose owner starts with this prefix, page by page.
    ///
    /// # Errors
    /// What the provider answers, mapped to [`crate::Error`].
    fn list_owned(
        &self,
        ctx: &Context<Self::Config>,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page>;
}
