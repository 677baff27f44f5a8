//! What every rule works with: names of its own, owners, and the plugin's functions without their ceremony.

mod by_hand;
mod changes;

pub(crate) use changes::{Change1, canonical, create, delete, key, replace, told};

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use maquette_host::dns::{Change, Creation, Observed};
use maquette_host::{CallError, Dns};

use crate::setup::SetupError;
use crate::subject::{DnsTarget, Subject, record_set};
use crate::suite::{Failure, Place};
use crate::{RecordSet, RecordType};

/// The time to live of record sets whose time to live does not matter, in seconds.
const TTL: u32 = 300;

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    target: DnsTarget,
    dns: Dns,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let target = subject.dns.clone().ok_or_else(|| {
            SetupError::Incomplete(
                "the rules of `dns` need a zone to work in; give `dns.zone`".to_owned(),
            )
        })?;
        let dns = place
            .direct
            .dns()
            .map_err(|error| SetupError::Incomplete(error.to_string()))?;
        Ok(Self {
            place: place.clone(),
            target,
            dns,
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        Bench {
            place: self.place.clone(),
            target: self.target.clone(),
            dns: self.dns.clone(),
            number,
            intentions: AtomicUsize::new(0),
            made: Mutex::default(),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) target: DnsTarget,
    pub(crate) dns: Dns,
    number: usize,
    intentions: AtomicUsize,
    made: Mutex<BTreeSet<(String, RecordType, Option<String>)>>,
}

impl Bench {
    /// A name below the zone that no other rule and no other run uses.
    pub(crate) fn name(&self, label: &str) -> String {
        format!(
            "mq-{}-{}-{label}.{}",
            self.place.run, self.number, self.target.zone
        )
    }

    /// An owner of this installation.
    pub(crate) fn ours(&self) -> String {
        self.owner("ours")
    }

    /// An owner of another installation.
    pub(crate) fn theirs(&self) -> String {
        format!("other-{}/DNSRecord/kit/theirs", self.place.run)
    }

    /// The owner of this name.
    pub(crate) fn owner(&self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// What the owners of this rule start with.
    pub(crate) fn prefix(&self) -> String {
        format!("kit-{}/DNSRecord/rule-{}/", self.place.run, self.number)
    }

    /// One IPv4 address.
    #[expect(clippy::unused_self, reason = "rules take everything from their bench")]
    pub(crate) fn a(&self, name: &str, value: &str) -> RecordSet {
        record_set(name, RecordType::A, TTL, &[value])
    }

    /// A record set of any type.
    #[expect(clippy::unused_self, reason = "rules take everything from their bench")]
    pub(crate) fn set(&self, name: &str, kind: RecordType, values: &[&str]) -> RecordSet {
        record_set(name, kind, TTL, values)
    }

    pub(crate) fn has(&self, kind: RecordType) -> bool {
        self.target.kinds.contains(&kind)
    }

    /// A different text for each intention.
    pub(crate) fn intention(&self) -> String {
        let next = self.intentions.fetch_add(1, Ordering::Relaxed);
        format!("{}-{next}", self.number)
    }

    pub(crate) async fn apply(&self, changes: &[Change]) -> Result<Vec<Change1>, CallError> {
        self.apply_by(&self.dns, changes).await
    }

    /// Makes changes through this provider.
    pub(crate) async fn apply_by(
        &self,
        dns: &Dns,
        changes: &[Change],
    ) -> Result<Vec<Change1>, CallError> {
        self.remember(changes);
        let call = self.place.call(&self.intention());
        dns.apply(&call, &self.target.zone, changes).await
    }

    /// The outcome of one change.
    pub(crate) async fn change(&self, change: Change) -> Result<Change1, Failure> {
        self.change_by(&self.dns, change).await
    }

    /// The outcome of one change through this provider, whether the plugin says it of the change or of the call.
    pub(crate) async fn change_by(&self, dns: &Dns, change: Change) -> Result<Change1, Failure> {
        match self.apply_by(dns, &[change]).await {
            Ok(mut outcomes) => outcomes
                .pop()
                .ok_or_else(|| Failure::Broken("apply returned no outcome".to_owned())),
            Err(CallError::Plugin(error)) => Ok(Err(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a record set that the rule starts with; gives what is there then.
    pub(crate) async fn given(&self, records: RecordSet, owner: &str) -> Result<Observed, Failure> {
        let name = records.name.clone();
        self.given_as(records, &name, owner).await
    }

    /// Makes a record set whose canonical name is `name`.
    pub(crate) async fn given_as(
        &self,
        records: RecordSet,
        name: &str,
        owner: &str,
    ) -> Result<Observed, Failure> {
        let kind = records.kind;
        match self.change(create(records, owner)).await? {
            Ok(_) => self.there(name, kind).await,
            Err(error) => Err(Failure::Broken(format!(
                "a record set that nothing is in the way of is not created: {error}"
            ))),
        }
    }

    pub(crate) async fn observe(&self, names: &[String]) -> Result<Vec<Observed>, CallError> {
        let call = self.place.call(&self.intention());
        self.dns.observe(&call, &self.target.zone, names).await
    }

    /// What is there of this name and type; nothing where neither records nor a mark are.
    pub(crate) async fn find(
        &self,
        name: &str,
        kind: RecordType,
    ) -> Result<Option<Observed>, Failure> {
        let found = self.observe(&[name.to_owned()]).await?;
        Ok(found.into_iter().find(|observed| {
            observed.records.kind == kind
                && (observed.owner.is_some() || !observed.records.values.is_empty())
        }))
    }

    /// What is there of this name and type, which has to be there.
    pub(crate) async fn there(&self, name: &str, kind: RecordType) -> Result<Observed, Failure> {
        self.find(name, kind)
            .await?
            .ok_or_else(|| Failure::Broken(format!("{name} {kind:?} was made and is not observed")))
    }

    /// Every page of what this prefix owns.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Vec<Observed>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..1_000 {
            let call = self.place.call(&self.intention());
            let page = self
                .dns
                .list_owned(&call, &self.target.zone, prefix, cursor.as_deref())
                .await?;
            all.extend(page.items);
            match page.next {
                None => return Ok(all),
                next => cursor = next,
            }
        }
        Err(Failure::Broken(
            "the listing has no end: 1000 pages were read".to_owned(),
        ))
    }

    pub(crate) async fn normalize(
        &self,
        records: &[RecordSet],
    ) -> Result<Vec<RecordSet>, CallError> {
        let call = self.place.call(&self.intention());
        self.dns.normalize(&call, records).await
    }

    fn remember(&self, changes: &[Change]) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.extend(changes.iter().filter_map(|change| match change {
            Change::Create(Creation { records, owner }) => {
                Some((canonical(&records.name), records.kind, Some(owner.clone())))
            }
            _ => None,
        }));
    }
}
