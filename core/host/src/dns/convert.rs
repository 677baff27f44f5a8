use super::{Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement, Zone};
use crate::sandbox::guest_dns as guest;

impl From<RecordType> for guest::RecordType {
    fn from(kind: RecordType) -> Self {
        match kind {
            RecordType::A => Self::A,
            RecordType::Aaaa => Self::Aaaa,
            RecordType::Cname => Self::Cname,
            RecordType::Txt => Self::Txt,
        }
    }
}

impl From<guest::RecordType> for RecordType {
    fn from(kind: guest::RecordType) -> Self {
        match kind {
            guest::RecordType::A => Self::A,
            guest::RecordType::Aaaa => Self::Aaaa,
            guest::RecordType::Cname => Self::Cname,
            guest::RecordType::Txt => Self::Txt,
        }
    }
}

impl From<RecordSet> for guest::RecordSet {
    fn from(records: RecordSet) -> Self {
        let RecordSet {
            name,
            kind,
            ttl,
            values,
        } = records;
        Self {
            name,
            kind: kind.into(),
            ttl,
            values,
        }
    }
}

impl From<guest::RecordSet> for RecordSet {
    fn from(records: guest::RecordSet) -> Self {
        let guest::RecordSet {
            name,
            kind,
            ttl,
            values,
        } = records;
        Self {
            name,
            kind: kind.into(),
            ttl,
            values,
        }
    }
}

impl From<guest::Zone> for Zone {
    fn from(zone: guest::Zone) -> Self {
        let guest::Zone { name, id } = zone;
        Self { name, id }
    }
}

impl From<guest::Observed> for Observed {
    fn from(observed: guest::Observed) -> Self {
        let guest::Observed {
            records,
            owner,
            etag,
        } = observed;
        Self {
            records: records.into(),
            owner,
            etag,
        }
    }
}

impl From<guest::Page> for Page {
    fn from(page: guest::Page) -> Self {
        let guest::Page { items, next } = page;
        Self {
            items: items.into_iter().map(Into::into).collect(),
            next,
        }
    }
}

impl From<Change> for guest::Change {
    fn from(change: Change) -> Self {
        match change {
            Change::Create(Creation { records, owner }) => Self::Create(guest::Creation {
                records: records.into(),
                owner,
            }),
            Change::Replace(Replacement {
                records,
                owner,
                expect,
            }) => Self::Replace(guest::Replacement {
                records: records.into(),
                owner,
                expect,
            }),
            Change::Delete(Deletion { name, kind, owner }) => Self::Delete(guest::Deletion {
                name,
                kind: kind.into(),
                owner,
            }),
        }
    }
}
