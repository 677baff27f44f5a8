//! The requests to the API. Nothing is decided here.

use maquette_sdk::dns::{Name, Zone, read_name};
use maquette_sdk::http::{Client, Response};
use maquette_sdk::{Context, Error, Result};

use crate::config::Config;
use crate::state::State;
use crate::wire::{Patch, Refusal, RrSetChange, ZoneContent, ZoneItem};

/// Most octets of a zone as JSON: some thirty thousand record sets. The host breaks off at 8 MiB.
const BODY_CAP: usize = 6 << 20;

/// One server.
pub(crate) struct Api<'a> {
    http: Client<'a>,
    root: String,
}

/// Why a PATCH was not done.
#[derive(Debug)]
pub(crate) enum PatchError {
    /// The server refuses one of the record sets, and therefore did nothing; in its words.
    Refused(String),
    /// Anything else. Where it passes, it is open whether the server did it.
    Failed(Error),
}

impl<'a> Api<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_body_cap(BODY_CAP)
            .with_header("X-API-Key", &ctx.credential("api-key")?)?;
        Ok(Self {
            http,
            root: ctx.config.root()?,
        })
    }

    /// Zones that can be changed here: a secondary gets its content from elsewhere.
    pub(crate) fn zones(&self) -> Result<Vec<Zone>> {
        let answer = self.http.get(&format!("{}/zones", self.root)).send()?;
        let zones: Vec<ZoneItem> = named(answer, &format!("the server `{}`", self.root))?.json()?;
        let writable =
            |zone: &ZoneItem| !matches!(zone.kind.as_str(), "Slave" | "Secondary" | "Consumer");
        Ok(zones
            .into_iter()
            .filter(writable)
            .map(|zone| Zone {
                name: read_name(&zone.name),
                id: zone.id,
            })
            .collect())
    }

    /// What the zone holds of these names: asks for the one name, or for the whole zone.
    pub(crate) fn read(&self, zone: &Name, names: &[Name]) -> Result<State> {
        let query = match names {
            [first, rest @ ..] if rest.iter().all(|name| name == first) => {
                format!("?rrset_name={}", first.absolute())
            }
            _ => String::new(),
        };
        let content = self.content(zone, &query)?;
        Ok(State::parse(&content.rrsets))
    }

    /// All that the zone holds.
    pub(crate) fn read_all(&self, zone: &Name) -> Result<State> {
        Ok(State::parse(&self.content(zone, "")?.rrsets))
    }

    /// Makes all of these changes in one transaction, or none.
    pub(crate) fn patch(&self, zone: &Name, rrsets: Vec<&RrSetChange>) -> Result<(), PatchError> {
        let answer = self
            .http
            .patch(&self.url(zone, ""))
            .json(&Patch { rrsets })
            .send()
            .map_err(PatchError::Failed)?;
        if answer.status == 422 {
            return Err(PatchError::Refused(refusal(&answer)));
        }
        named(answer, &format!("the zone `{zone}`"))
            .map(|_| ())
            .map_err(PatchError::Failed)
    }

    fn content(&self, zone: &Name, query: &str) -> Result<ZoneContent> {
        let answer = self.http.get(&self.url(zone, query)).send()?;
        if answer.status == 422 {
            return Err(Error::invalid("zone", refusal(&answer)));
        }
        named(answer, &format!("the zone `{zone}`"))?.json()
    }

    fn url(&self, zone: &Name, query: &str) -> String {
        format!("{}/zones/{}{query}", self.root, zone.absolute())
    }
}

/// A success, or an error that says what was not found.
fn named(answer: Response, what: &str) -> Result<Response> {
    match answer.success() {
        Err(Error::NotFound(_)) => Err(Error::NotFound(format!(
            "{what} does not exist at the PowerDNS server"
        ))),
        other => other,
    }
}

fn refusal(answer: &Response) -> String {
    answer.json::<Refusal>().map_or_else(
        |_| "the server gives no reason".to_owned(),
        |refusal| refusal.error,
    )
}
