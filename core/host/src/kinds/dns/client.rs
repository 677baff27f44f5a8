use std::collections::BTreeSet;

use super::{Change, Observed, Page, RecordSet, Zone};
use crate::{
    call::{Call, CallError, PluginError},
    kinds::{
        Client,
        check::{owned_by, same_length},
        client::unusable,
    },
    sandbox::GuestError,
};

/// The record sets of one provider; see `wit/dns/dns.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Dns(pub(crate) Client);

impl Dns {
    /// Zones that the credential can change.
    pub async fn zones(&self, call: &Call) -> Result<Vec<Zone>, CallError> {
        self.0.call(call, "zones", ()).await
    }

    /// The same record sets as the provider would return them, in the same order.
    pub async fn normalize(
        &self,
        call: &Call,
        records: &[RecordSet],
    ) -> Result<Vec<RecordSet>, CallError> {
        let normalized: Vec<RecordSet> =
            self.0.call(call, "normalize", (records.to_vec(),)).await?;
        same_length("normalize", normalized.len(), records.len())?;
        Ok(normalized)
    }

    /// Record sets of these names, of every type of this interface; a name without any is left out.
    pub async fn observe(
        &self,
        call: &Call,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>, CallError> {
        let arguments = (zone.to_owned(), names.to_vec());
        let found: Vec<Observed> = self.0.call(call, "observe", arguments).await?;
        let asked: BTreeSet<&String> = names.iter().collect();
        match found
            .iter()
            .find(|observed| !asked.contains(&observed.records.name))
        {
            Some(other) => Err(unusable(
                "observe",
                format!("`{}` was not asked for", other.records.name),
            )),
            None => Ok(found),
        }
    }

    /// Makes the changes. One outcome per change, in their order: the new `etag`, empty after a deletion.
    pub async fn apply(
        &self,
        call: &Call,
        zone: &str,
        changes: &[Change],
    ) -> Result<Vec<Result<String, PluginError>>, CallError> {
        let arguments = (zone.to_owned(), changes.to_vec());
        let outcomes = self
            .0
            .call_inside(
                call,
                "apply",
                |_| Ok(arguments),
                |state, outcomes: Vec<Result<String, GuestError>>| {
                    let shown = outcomes
                        .into_iter()
                        .map(|outcome| outcome.map_err(|error| state.plugin_error(error)));
                    shown.collect::<Vec<_>>()
                },
            )
            .await?;
        same_length("apply", outcomes.len(), changes.len())?;
        Ok(outcomes)
    }

    /// Record sets whose owner starts with this prefix, page by page.
    pub async fn list_owned(
        &self,
        call: &Call,
        zone: &str,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        let arguments = (
            zone.to_owned(),
            owner_prefix.to_owned(),
            cursor.map(ToOwned::to_owned),
        );
        let page: Page = self.0.call(call, "list-owned", arguments).await?;
        for item in &page.items {
            owned_by(owner_prefix, item.owner.as_deref(), &item.records.name)?;
        }
        Ok(page)
    }
}
