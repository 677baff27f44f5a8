//! A plugin bound to what one provider grants it.

use crate::{
    call::{Call, CallError, NotExported, PluginError},
    dns::{Change, Observed, Page, RecordSet, Zone},
    manifest::Manifest,
};

/// A plugin bound to what one provider grants it. Cheap to clone.
#[derive(Clone)]
pub struct Provider {}

/// The record sets of one provider; see `wit/dns.wit` for what each function means.
#[derive(Clone)]
pub struct Dns {}

impl Provider {
    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Manifest {
        unimplemented!()
    }

    /// The plugin's functions for record sets.
    ///
    /// # Errors
    /// The plugin does not export them.
    pub fn dns(&self) -> Result<Dns, NotExported> {
        unimplemented!()
    }
}

impl Dns {
    /// Zones that the credential can change.
    pub async fn zones(&self, _call: &Call) -> Result<Vec<Zone>, CallError> {
        unimplemented!()
    }

    /// The same record sets as the provider would return them, in the same order.
    pub async fn normalize(
        &self,
        _call: &Call,
        _records: &[RecordSet],
    ) -> Result<Vec<RecordSet>, CallError> {
        unimplemented!()
    }

    /// Record sets of these names; a name without any is left out.
    pub async fn observe(
        &self,
        _call: &Call,
        _zone: &str,
        _names: &[String],
    ) -> Result<Vec<Observed>, CallError> {
        unimplemented!()
    }

    /// Makes the changes. One outcome per change, in their order: the new `etag`, empty after a deletion.
    pub async fn apply(
        &self,
        _call: &Call,
        _zone: &str,
        _changes: &[Change],
    ) -> Result<Vec<Result<String, PluginError>>, CallError> {
        unimplemented!()
    }

    /// Record sets whose owner starts with this prefix, page by page.
    pub async fn list_owned(
        &self,
        _call: &Call,
        _zone: &str,
        _owner_prefix: &str,
        _cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        unimplemented!()
    }
}
