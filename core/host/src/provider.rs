//! A plugin bound to what one provider grants it.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    call::NotExported,
    code::Compiled,
    grants::{GrantError, options_of, with_defaults},
    install::Installed,
    kinds::{
        Client, KINDS, Kind,
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
    /// Options of the object on whose behalf calls are made, by the name of the interface.
    pub(crate) options: Option<(&'static str, Arc<str>)>,
}

impl Provider {
    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.plugin.installed.manifest
    }

    /// The same for an object with these options for an interface, for example `builder`. They have the defaults of the
    /// plugin's schema.
    ///
    /// # Errors
    /// The plugin has no such options, or the options do not satisfy its schema.
    pub fn with_options(&self, interface: &str, options: &Value) -> Result<Self, GrantError> {
        let name = KINDS
            .iter()
            .map(|kind| kind.name())
            .find(|name| *name == interface);
        let declared = self.manifest().options.iter().find(|it| it.of == interface);
        let checked = match (name, declared) {
            (Some(name), Some(declared)) => (name, options_of(&declared.schema, options)?),
            _ => return Err(GrantError::OptionsUnknown(interface.to_owned())),
        };
        let (name, options) = checked;
        Ok(Self {
            options: Some((name, options.to_string().into())),
            ..self.clone()
        })
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
            Some(functions) => {
                let name = kind.name();
                let given = self.options.as_ref().filter(|(of, _)| *of == name);
                let options = match given {
                    Some((_, options)) => options.clone(),
                    None => defaults(plugin, name),
                };
                let lane = self.lane.clone();
                Ok(Client::new(lane, functions, plugin.clone(), name, options))
            }
            None => Err(NotExported {
                plugin: self.manifest().name.clone(),
                interface: kind.interface,
                exports: crate::inspect::or_nothing(&plugin.installed.interfaces),
            }),
        }
    }
}

/// The options of an object that has none: the defaults of the schema.
fn defaults(plugin: &Loaded, interface: &str) -> Arc<str> {
    let mut declared = plugin.installed.manifest.options.iter();
    let declared = declared.find(|options| options.of == interface);
    let empty = || Value::Object(Map::new());
    match declared {
        Some(declared) => with_defaults(&declared.schema, empty()).to_string().into(),
        None => empty().to_string().into(),
    }
}
