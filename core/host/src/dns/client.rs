use std::{collections::BTreeSet, sync::Arc};

use super::{Change, Observed, Page, RecordSet, Zone};
use crate::{
    call::{Call, CallError, PluginError},
    sandbox::{Lane, guest_dns as guest, run},
};

/// The record sets of one provider; see `wit/dns.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Dns {
    lane: Arc<Lane>,
    indices: Arc<guest::GuestIndices>,
}

impl Dns {
    pub(crate) fn new(lane: Arc<Lane>, indices: Arc<guest::GuestIndices>) -> Self {
        Self { lane, indices }
    }

    /// Zones that the credential can change.
    pub async fn zones(&self, call: &Call) -> Result<Vec<Zone>, CallError> {
        let indices = self.indices.clone();
        let zones = run(&self.lane, call, move |store, instance, context| {
            Box::pin(async move {
                indices
                    .load(&mut *store, &instance)?
                    .call_zones(store, &context)
                    .await
            })
        });
        Ok(zones.await?.into_iter().map(Into::into).collect())
    }

    /// The same record sets as the provider would return them, in the same order.
    pub async fn normalize(
        &self,
        call: &Call,
        records: &[RecordSet],
    ) -> Result<Vec<RecordSet>, CallError> {
        let indices = self.indices.clone();
        let given: Vec<guest::RecordSet> = records.iter().cloned().map(Into::into).collect();
        let normalized = run(&self.lane, call, move |store, instance, context| {
            Box::pin(async move {
                indices
                    .load(&mut *store, &instance)?
                    .call_normalize(store, &context, &given)
                    .await
            })
        })
        .await?;
        same_length("normalize", normalized.len(), records.len())?;
        Ok(normalized.into_iter().map(Into::into).collect())
    }

    /// Record sets of these names, of every type of this interface; a name without any is left out.
    pub async fn observe(
        &self,
        call: &Call,
        zone: &str,
        names: &[String],
    ) -> Result<Vec<Observed>, CallError> {
        let indices = self.indices.clone();
        let (zone, asked) = (zone.to_owned(), names.to_vec());
        let found = run(&self.lane, call, move |store, instance, context| {
            Box::pin(async move {
                indices
                    .load(&mut *store, &instance)?
                    .call_observe(store, &context, &zone, &asked)
                    .await
            })
        })
        .await?;
        let asked: BTreeSet<&String> = names.iter().collect();
        match found
            .iter()
            .find(|observed| !asked.contains(&observed.records.name))
        {
            Some(other) => Err(CallError::Answer(format!(
                "observe returned `{}`, which was not asked for",
                other.records.name
            ))),
            None => Ok(found.into_iter().map(Into::into).collect()),
        }
    }

    /// Makes the changes. One outcome per change, in their order: the new `etag`, empty after a deletion.
    pub async fn apply(
        &self,
        call: &Call,
        zone: &str,
        changes: &[Change],
    ) -> Result<Vec<Result<String, PluginError>>, CallError> {
        let indices = self.indices.clone();
        let zone = zone.to_owned();
        let given: Vec<guest::Change> = changes.iter().cloned().map(Into::into).collect();
        let outcomes = run(&self.lane, call, move |store, instance, context| {
            Box::pin(async move {
                let guest = indices.load(&mut *store, &instance)?;
                let answer = guest
                    .call_apply(&mut *store, &context, &zone, &given)
                    .await?;
                Ok(answer.map(|outcomes| {
                    let shown = |outcome: Result<_, _>| {
                        outcome.map_err(|error| store.data().plugin_error(error))
                    };
                    outcomes.into_iter().map(shown).collect::<Vec<_>>()
                }))
            })
        })
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
        let indices = self.indices.clone();
        let (zone, prefix, cursor) = (
            zone.to_owned(),
            owner_prefix.to_owned(),
            cursor.map(ToOwned::to_owned),
        );
        let page: Page = run(&self.lane, call, move |store, instance, context| {
            Box::pin(async move {
                let guest = indices.load(&mut *store, &instance)?;
                guest
                    .call_list_owned(store, &context, &zone, &prefix, cursor.as_deref())
                    .await
            })
        })
        .await?
        .into();
        let foreign = page.items.iter().find(|item| {
            !item
                .owner
                .as_deref()
                .is_some_and(|o| o.starts_with(owner_prefix))
        });
        match foreign {
            Some(item) => Err(CallError::Answer(format!(
                "list-owned returned `{}`, which has another owner",
                item.records.name
            ))),
            None => Ok(page),
        }
    }
}

fn same_length(function: &str, got: usize, wanted: usize) -> Result<(), CallError> {
    if got == wanted {
        Ok(())
    } else {
        Err(CallError::Answer(format!(
            "{function} returned {got} items for {wanted}"
        )))
    }
}
