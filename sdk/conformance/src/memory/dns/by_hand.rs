//! Somebody who writes past the plugin.

use super::zones::{Key, Kind, Shared, canonical, canonical_name, locked};
use crate::dns::OtherWriter;
use crate::{RecordSet, RecordType};

/// An administrator with a text editor.
pub(super) struct ByHand(pub(super) Shared);

impl ByHand {
    fn key(name: &str, kind: RecordType) -> Key {
        let kind = match kind {
            RecordType::A => Kind::A,
            RecordType::Aaaa => Kind::Aaaa,
            RecordType::Cname => Kind::Cname,
            RecordType::Txt => Kind::Txt,
        };
        (canonical_name(name), kind)
    }
}

impl OtherWriter for ByHand {
    fn put(&self, _: &str, records: &RecordSet) -> Result<(), String> {
        let key = Self::key(&records.name, records.kind);
        let values = canonical(key.1, records.values.clone())?;
        locked(&self.0).store(key, records.ttl, values, None);
        Ok(())
    }

    fn take_records(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        let mut zones = locked(&self.0);
        let key = Self::key(name, kind);
        let stored = zones.records.get(&key).cloned().ok_or("nothing is there")?;
        zones.store(key, stored.ttl, Vec::new(), stored.owner);
        Ok(())
    }

    fn remove(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        locked(&self.0).records.remove(&Self::key(name, kind));
        Ok(())
    }
}
