//! The host: installs plugins and binds them to providers.

use crate::{
    Digest, GrantError, Grants, InstallError, Installed, Provider, ProviderUsage, Settings,
    StartError, Wanted,
};

/// Installs plugins and binds them to providers. Cheap to clone; dropping the last clone ends its thread.
#[derive(Clone)]
pub struct Host {}

impl Host {
    /// Makes the sandbox and opens the cache.
    pub fn new(_settings: Settings) -> Result<Self, StartError> {
        unimplemented!()
    }

    /// Resolves, pulls (or takes from the cache), verifies, reads and compiles a plugin.
    /// Doing it again costs a request to the registry at most.
    pub async fn install(&self, _wanted: &Wanted) -> Result<Installed, InstallError> {
        unimplemented!()
    }

    /// Binds an installed plugin to what a provider grants it. No I/O.
    pub fn provider(
        &self,
        _name: &str,
        _digest: &Digest,
        _grants: Grants,
    ) -> Result<Provider, GrantError> {
        unimplemented!()
    }

    /// What the calls of every provider consumed.
    pub fn usage(&self) -> Vec<ProviderUsage> {
        unimplemented!()
    }
}
