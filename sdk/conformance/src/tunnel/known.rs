//! What comes with the subject.

use std::sync::Arc;

/// What the rules of `tunnel` work on.
#[derive(Clone)]
pub struct TunnelTarget {
    /// A domain below which hosts of routes may lie. The suite asks for no names in it.
    pub zone: String,
    /// How many tunnels are more than one page of the provider's listing.
    pub many: usize,
    /// Acts at the provider past the plugin.
    pub hand: Option<Arc<dyn TunnelHand>>,
}

/// Somebody else at the provider. Errors are sentences for the report.
pub trait TunnelHand: Send + Sync {
    /// Makes a tunnel of this name without an owner mark.
    ///
    /// # Errors
    /// It cannot be made.
    fn make_without_mark(&self, name: &str) -> Result<(), String>;

    /// Removes it again.
    ///
    /// # Errors
    /// It cannot be removed.
    fn remove_without_mark(&self, name: &str) -> Result<(), String>;

    /// Connects a connector to the tunnel of this identifier, and keeps it connected until the provider ends that.
    ///
    /// # Errors
    /// It cannot be connected.
    fn connect(&self, id: &str) -> Result<(), String>;
}
