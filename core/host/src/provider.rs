//! A plugin bound to what one provider grants it.

use std::sync::Arc;

use crate::{
    call::NotExported,
    code::Compiled,
    install::Installed,
    kinds::{
        Client, Kind,
        builder::{self, Builder},
        bundler::{self, Bundler},
        delivery::{self, Delivery},
        dns::{self, Dns},
        registry::{self, Registry},
        source::{self, Source},
        tunnel::{self, Tunnel},
    },
    manifest::Manifest,
    names::Digest,
    sandbox::Lane,
};

/// A plugin that this host has compiled.
pub(crate) struct Loaded {
    pub(crate) installed: Installed,
    /// Digest of the component itself.
    pub(crate) component: Digest,
    pub(crate) compiled: Compiled,
}

/// A plugin bound to what one provider grants it. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    pub(crate) plugin: Arc<Loaded>,
    pub(crate) lane: Arc<Lane>,
}

impl Provider {
    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.plugin.installed.manifest
    }

    /// The plugin's functions for record sets.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn dns(&self) -> Result<Dns, NotExported> {
        self.client(&dns::KIND).map(Dns)
    }

    /// The plugin's functions for tunnels.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn tunnel(&self) -> Result<Tunnel, NotExported> {
        self.client(&tunnel::KIND).map(Tunnel)
    }

    /// The plugin's functions for image registries.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn registry(&self) -> Result<Registry, NotExported> {
        self.client(&registry::KIND).map(Registry)
    }

    /// The plugin's functions for a git forge.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn source(&self) -> Result<Source, NotExported> {
        self.client(&source::KIND).map(Source)
    }

    /// The plugin's functions for image builds.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn builder(&self) -> Result<Builder, NotExported> {
        self.client(&builder::KIND).map(Builder)
    }

    /// The plugin's functions for workers.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn bundler(&self) -> Result<Bundler, NotExported> {
        self.client(&bundler::KIND).map(Bundler)
    }

    /// The plugin's functions for GitOps engines.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn delivery(&self) -> Result<Delivery, NotExported> {
        self.client(&delivery::KIND).map(Delivery)
    }

    fn client(&self, kind: &Kind) -> Result<Client, NotExported> {
        let plugin = &self.plugin;
        match plugin.compiled.exports.find(kind) {
            Some(functions) => Ok(Client::new(self.lane.clone(), functions, plugin.clone())),
            None => Err(NotExported {
                plugin: self.manifest().name.clone(),
                interface: kind.interface,
                exports: crate::inspect::or_nothing(&plugin.installed.interfaces),
            }),
        }
    }
}
