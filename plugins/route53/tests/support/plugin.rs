//! The plugin, called as the host calls it, with a runtime for ordinary programs.

use std::time::Duration;

use maquette_sdk::dns::{
    Change, Creation, Deletion, Observed, Page, RecordSet, RecordType, Replacement,
};
use maquette_sdk::native::Native;
use maquette_sdk::{Context, Dns as _, Error, Result};
use route53::{Config, Route53};

use super::moto::{Key, Moto, ZONE};

/// The plugin with a configuration.
pub(crate) struct Plugin {
    pub(crate) config: Config,
    secret: String,
    time: Duration,
}

impl Plugin {
    /// For this server, straight to it.
    pub(crate) fn of(moto: &Moto) -> Self {
        Self::at(moto.url(), &moto.full)
    }

    pub(crate) fn at(url: impl Into<String>, key: &Key) -> Self {
        Self {
            config: Config {
                endpoint: url.into(),
                access_key_id: key.id.clone(),
                region: "us-east-1".to_owned(),
                private_zones: false,
                hosted_zone_ids: Vec::new(),
            },
            secret: key.secret.clone(),
            time: Duration::from_secs(20),
        }
    }

    pub(crate) fn with_time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    pub(crate) fn context(&self) -> Context<Config> {
        let runtime = Native::new([("secret-access-key".to_owned(), self.secret.clone())])
            .signing_for::<Route53>(serde_json::Value::Null);
        Context::new(self.config.clone(), Box::new(runtime), self.time)
    }

    pub(crate) fn observe(&self, names: &[&str]) -> Result<Vec<Observed>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Route53.observe(&self.context(), ZONE, &names)
    }

    pub(crate) fn apply(
        &self,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<Vec<Result<String>>> {
        Route53.apply(&self.context(), ZONE, changes.into_iter().collect())
    }

    /// The outcome of one change.
    pub(crate) fn change(&self, change: Change) -> Result<String> {
        let mut outcomes = self.apply([change])?;
        assert_eq!(outcomes.len(), 1);
        outcomes.pop().unwrap()
    }

    /// The etag of the one record set of this name.
    pub(crate) fn etag(&self, name: &str) -> String {
        let observed = self.observe(&[name]).unwrap();
        assert_eq!(observed.len(), 1, "{observed:?}");
        observed[0].etag.clone()
    }

    /// The first page of what owners that begin so have.
    pub(crate) fn list_owned(&self, owner: &str) -> Result<Page> {
        Route53.list_owned(&self.context(), ZONE, owner, None)
    }

    pub(crate) fn normalize(&self, set: RecordSet) -> Result<RecordSet, Error> {
        Ok(Route53.normalize(&self.context(), vec![set])?.remove(0))
    }
}

pub(crate) fn records(name: &str, kind: RecordType, values: &[&str]) -> RecordSet {
    RecordSet {
        name: name.to_owned(),
        kind,
        ttl: 60,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

pub(crate) fn a(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::A, values)
}

pub(crate) fn aaaa(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::Aaaa, values)
}

pub(crate) fn cname(name: &str, target: &str) -> RecordSet {
    records(name, RecordType::Cname, &[target])
}

pub(crate) fn txt(name: &str, values: &[&str]) -> RecordSet {
    records(name, RecordType::Txt, values)
}

pub(crate) fn create(records: RecordSet, owner: &str) -> Change {
    Change::Create(Creation {
        records,
        owner: owner.to_owned(),
    })
}

pub(crate) fn replace(records: RecordSet, owner: &str, expect: &str) -> Change {
    Change::Replace(Replacement {
        records,
        owner: owner.to_owned(),
        expect: expect.to_owned(),
    })
}

pub(crate) fn delete(name: &str, kind: RecordType, owner: &str) -> Change {
    Change::Delete(Deletion {
        name: name.to_owned(),
        kind,
        owner: owner.to_owned(),
    })
}
