//! What the administrator decided about registries: who has to have signed a plugin, from where it is pulled instead, and
//! with which Secret. Read once from the configuration file; everything here is pure.

mod document;
mod error;
mod prefix;

use maquette_host::{Repository, TrustRoot, Verification};
use prefix::{Prefix, Prefixes};

use std::sync::Arc;

pub use error::{ConfigError, RegistryError};

/// Decisions about registries, each for a prefix of repositories; the longest prefix wins.
#[derive(Debug, Default)]
pub struct Registries {
    /// What has to be proved; nothing where a policy asks for nothing.
    policies: Prefixes<Vec<Verification>>,
    refuse_unlisted: bool,
    /// Whose word counts for identities, where there is one for all.
    root: Option<Arc<TrustRoot>>,
    rewrites: Prefixes<Prefix>,
    pull_secrets: Prefixes<String>,
}

impl Registries {
    /// Reads the configuration file (YAML).
    ///
    /// # Errors
    /// It is not that, or one of its fields cannot be used; the error begins with the field's path.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        document::read(text)
    }

    /// What has to be proved of a plugin of this name before anything of it is fetched. The name is the one that the
    /// Plugin says: a rewrite changes nothing of what is required.
    ///
    /// # Errors
    /// No policy covers it, and such plugins are refused.
    pub fn required(&self, image: &Repository) -> Result<Vec<Verification>, RegistryError> {
        match self.policies.find(image) {
            Some((_, required)) => Ok(required.clone()),
            None if self.refuse_unlisted => Err(RegistryError::NotListed(image.to_string())),
            None => Ok(Vec::new()),
        }
    }

    /// The trust root for identities that a Plugin itself asks for.
    pub fn root(&self) -> Option<&Arc<TrustRoot>> {
        self.root.as_ref()
    }

    /// From where a plugin of this name is pulled. Where a rewrite covers it, the name itself is never asked for.
    ///
    /// # Errors
    /// What the rewrite makes of it is no repository.
    pub fn place(&self, image: &Repository) -> Result<Repository, RegistryError> {
        let Some((prefix, target)) = self.rewrites.find(image) else {
            return Ok(image.clone());
        };
        let place = target.join(prefix.rest(image).unwrap_or_default());
        place
            .parse()
            .map_err(|source| RegistryError::Rewrite { place, source })
    }

    /// The Secret with the login for this place, beside those that the Plugin names.
    pub fn pull_secret(&self, place: &Repository) -> Option<&str> {
        self.pull_secrets.find(place).map(|(_, name)| name.as_str())
    }

    /// Whether plugins may be pulled with this Secret.
    pub fn names_secret(&self, name: &str) -> bool {
        self.pull_secrets.values().any(|known| known == name)
    }

    /// Whether no signature is required of anything.
    pub fn trusts_everything(&self) -> bool {
        !self.refuse_unlisted && self.policies.is_empty()
    }
}

#[cfg(test)]
mod tests;
