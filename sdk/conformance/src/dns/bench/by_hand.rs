//! What a rule does past the plugin, and what is removed after it.

use std::sync::PoisonError;

use maquette_host::dns::Change;

use super::{Bench, delete};
use crate::dns::OtherWriter;
use crate::suite::Failure;
use crate::{RecordSet, RecordType};

impl Bench {
    /// Puts a record set there that nobody owns.
    pub(crate) async fn put_by_hand(&self, records: RecordSet) -> Result<(), Failure> {
        let key = (records.name.clone(), records.kind, None);
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key);
        self.by_hand(move |writer, zone| writer.put(zone, &records))
            .await
    }

    /// Takes the records of a set away and leaves its mark.
    pub(crate) async fn take_by_hand(&self, name: &str, kind: RecordType) -> Result<(), Failure> {
        let name = name.to_owned();
        self.by_hand(move |writer, zone| writer.take_records(zone, &name, kind))
            .await
    }

    async fn by_hand(
        &self,
        act: impl FnOnce(&dyn OtherWriter, &str) -> Result<(), String> + Send + 'static,
    ) -> Result<(), Failure> {
        let Some(writer) = self.target.other_writer.clone() else {
            return Err(Failure::NotShown(
                "there is no way to write to the zone past the plugin; give the suite an `otherWriter`, or declare \
                 the rule unsupported"
                    .to_owned(),
            ));
        };
        let zone = self.target.zone.clone();
        let done = tokio::task::spawn_blocking(move || act(writer.as_ref(), &zone)).await;
        done.map_err(|error| error.to_string())
            .flatten()
            .map_err(|why| Failure::NotShown(format!("the other writer cannot do it: {why}")))
    }

    /// Removes everything that the rule made, as far as that is possible: the next rule uses other names.
    pub(crate) async fn clean(&self) {
        self.place.script.set(|_| crate::faults::Action::Forward);
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        let (owned, by_hand): (Vec<_>, Vec<_>) =
            made.into_iter().partition(|(_, _, owner)| owner.is_some());
        let deletions: Vec<Change> = owned
            .iter()
            .map(|(name, kind, owner)| delete(name, *kind, owner.as_deref().unwrap_or_default()))
            .collect();
        for batch in deletions.chunks(100) {
            let _ = self.apply(batch).await;
        }
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        for (name, kind, _) in by_hand {
            let _ = self
                .by_hand(move |writer, zone| writer.remove(zone, &name, kind))
                .await;
        }
    }
}
