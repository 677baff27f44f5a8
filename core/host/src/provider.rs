//! A plugin bound to what one provider grants it.

use std::sync::Arc;

use crate::{
    call::NotExported,
    code::Compiled,
    dns::{self, Dns},
    install::Installed,
    manifest::Manifest,
    sandbox::Lane,
};

/// A plugin that this host has compiled.
pub(crate) struct Loaded {
    pub(crate) installed: Installed,
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
        match &self.plugin.compiled.dns {
            Some(indices) => Ok(Dns::new(self.lane.clone(), Arc::new(indices.clone()))),
            None => Err(NotExported {
                plugin: self.manifest().name.clone(),
                interface: dns::INTERFACE,
                exports: crate::inspect::or_nothing(&self.plugin.installed.interfaces),
            }),
        }
    }
}
