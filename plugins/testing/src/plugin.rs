//! A DNS plugin as the host calls it, with a runtime for ordinary programs.

use std::time::Duration;

use maquette_sdk::dns::{Change, Observed, Page, RecordSet};
use maquette_sdk::native::Native;
use maquette_sdk::{Context, Dns, Plugin, Result};

/// A plugin with its configuration and its credential. Its functions work on one zone.
pub struct DnsPlugin<P: Plugin> {
    /// The Provider's `spec.config`.
    pub config: P::Config,
    zone: &'static str,
    credential: (&'static str, String),
    time: Duration,
    signing: serde_json::Value,
}

impl<P: Dns> DnsPlugin<P>
where
    P::Config: Clone,
{
    /// With the value that the host would put in the place of this credential.
    pub fn new(
        config: P::Config,
        zone: &'static str,
        credential: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self {
            config,
            zone,
            credential: (credential, value.into()),
            time: Duration::from_secs(20),
            signing: serde_json::Value::Null,
        }
    }

    /// With another value of the credential.
    #[must_use]
    pub fn with_credential(mut self, value: impl Into<String>) -> Self {
        self.credential.1 = value.into();
        self
    }

    /// With another time for each call.
    #[must_use]
    pub fn with_time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// The runtime of one call.
    pub fn runtime(&self) -> Native {
        let (name, value) = &self.credential;
        Native::new([((*name).to_owned(), value.clone())]).signing_for::<P>(self.signing.clone())
    }

    /// With the part of the configuration from which its credentials read their audience or scope.
    #[must_use]
    pub fn signing_with(mut self, config: serde_json::Value) -> Self {
        self.signing = config;
        self
    }

    /// The context of one call.
    pub fn context(&self) -> Context<P::Config> {
        Context::new(self.config.clone(), Box::new(self.runtime()), self.time)
    }

    /// Record sets of these names.
    pub fn observe(&self, names: &[&str]) -> Result<Vec<Observed>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        P::default().observe(&self.context(), self.zone, &names)
    }

    /// The outcomes of a batch.
    pub fn apply(&self, changes: impl IntoIterator<Item = Change>) -> Result<Vec<Result<String>>> {
        P::default().apply(&self.context(), self.zone, changes.into_iter().collect())
    }

    /// The outcome of one change.
    pub fn change(&self, change: Change) -> Result<String> {
        let mut outcomes = self.apply([change])?;
        assert_eq!(outcomes.len(), 1);
        outcomes.pop().unwrap()
    }

    /// The etag of the one record set of this name.
    pub fn etag(&self, name: &str) -> String {
        let observed = self.observe(&[name]).unwrap();
        assert_eq!(observed.len(), 1, "{observed:?}");
        observed[0].etag.clone()
    }

    /// One page of the record sets whose owner starts with this text.
    pub fn list_owned(&self, owner: &str, cursor: Option<&str>) -> Result<Page> {
        P::default().list_owned(&self.context(), self.zone, owner, cursor)
    }

    /// A record set as the provider would return it.
    pub fn normalize(&self, set: RecordSet) -> Result<RecordSet> {
        Ok(P::default()
            .normalize(&self.context(), vec![set])?
            .remove(0))
    }
}
