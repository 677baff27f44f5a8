//! The requests.

use std::time::Duration;

use maquette_sdk::dns::{Observed, RecordSet, RecordType, Zone};
use maquette_sdk::http::{Client, Response};
use maquette_sdk::{Context, Error, Result};
use serde::Deserialize;
use serde_json::json;

use crate::{Config, kind_name};

#[derive(Debug, Clone, Deserialize)]
pub struct Item {
    pub name: String,
    pub kind: String,
    pub ttl: u32,
    pub values: Vec<String>,
    pub owner: Option<String>,
    pub version: String,
}

#[derive(Deserialize)]
pub struct Items {
    pub items: Vec<Item>,
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct ZoneItem {
    name: String,
    id: String,
}

impl Item {
    pub fn kind(&self) -> RecordType {
        match self.kind.as_str() {
            "a" => RecordType::A,
            "aaaa" => RecordType::Aaaa,
            "cname" => RecordType::Cname,
            _ => RecordType::Txt,
        }
    }

    pub fn records(&self) -> RecordSet {
        RecordSet {
            name: self.name.clone(),
            kind: self.kind(),
            ttl: self.ttl,
            values: self.values.clone(),
        }
    }

    pub fn etag(&self, fault: &str) -> String {
        if fault == "every_change_changes_the_etag" {
            // Without the time to live.
            return format!("{:?}", (&self.name, &self.kind, &self.values, &self.owner));
        }
        self.version.clone()
    }

    pub fn observed(&self, fault: &str) -> Observed {
        let nobodys = fault == "what_nobody_owns_is_observed_without_an_owner";
        Observed {
            records: self.records(),
            owner: self
                .owner
                .clone()
                .or_else(|| nobodys.then(|| "somebody".to_owned())),
            etag: self.etag(fault),
        }
    }
}

pub struct Api<'a> {
    http: Client<'a>,
    ctx: &'a Context<Config>,
}

impl<'a> Api<'a> {
    pub fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_header("Authorization", &ctx.credential("token")?)?;
        Ok(Self { http, ctx })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ctx.config.url)
    }

    fn fault(&self) -> &str {
        &self.ctx.config.fault
    }

    pub fn zones(&self) -> Result<Vec<Zone>> {
        let zones: Vec<ZoneItem> = self.get("/zones")?.json()?;
        Ok(zones
            .into_iter()
            .map(|zone| Zone {
                name: zone.name,
                id: zone.id,
            })
            .collect())
    }

    /// Everything of these names, page by page.
    pub fn find(&self, zone: &str, names: &[String]) -> Result<Vec<Item>> {
        let query: Vec<String> = names.iter().map(|name| format!("name={name}")).collect();
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page: Items = self
                .get(&format!(
                    "/zones/{zone}/records?{}{cursor}",
                    query.join("&")
                ))?
                .json()?;
            all.extend(page.items);
            match page.next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    pub fn owned(&self, zone: &str, prefix: &str, cursor: Option<&str>) -> Result<Items> {
        let cursor = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        // Without a prefix, what nobody owns is listed, too: only the fault asks like that.
        let query = if prefix.is_empty() {
            String::new()
        } else {
            format!("ownerPrefix={prefix}")
        };
        self.get(&format!("/zones/{zone}/records?{query}{cursor}"))?
            .json()
    }

    /// Writes one record set if the precondition holds.
    pub fn put(
        &self,
        zone: &str,
        set: &RecordSet,
        owner: Option<&str>,
        expect: Option<(&str, &str)>,
    ) -> Result<Item> {
        let path = format!("/zones/{zone}/records/{}/{}", set.name, kind_name(set.kind));
        let body = json!({ "ttl": set.ttl, "values": set.values, "owner": owner });
        let mut request = self.http.put(&self.url(&path)).json(&body);
        if let Some((header, value)) = expect {
            request = request.header(header, value);
        }
        self.checked(request.send(), false)?.json()
    }

    pub fn delete(&self, zone: &str, item: &Item) -> Result<()> {
        let path = format!("/zones/{zone}/records/{}/{}", item.name, item.kind);
        let request = self
            .http
            .delete(&self.url(&path))
            .header("If-Match", &item.version);
        match self.checked(request.send(), false) {
            Ok(_) | Err(Error::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn get(&self, path: &str) -> Result<Response> {
        let before = self.ctx.remaining();
        let answer = self.http.get(&self.url(path)).send();
        let hung = before.saturating_sub(self.ctx.remaining()) > Duration::from_millis(1_400);
        if answer.is_err() && hung && self.fault() == "a_server_that_hangs_is_reported_in_time" {
            std::thread::sleep(Duration::from_secs(60));
        }
        self.checked(answer, hung)
    }

    /// What an answer means.
    fn checked(&self, answer: Result<Response>, hung: bool) -> Result<Response> {
        let answer = match (answer, self.fault()) {
            (Err(_), "a_server_that_is_down_is_a_passing_fault") if !hung => {
                return Err(Error::Other("down".to_owned()));
            }
            (answer, _) => answer?,
        };
        match (answer.status.as_u16(), self.fault()) {
            (401, "a_wrong_credential_is_unauthorized") => Err(Error::Other("401".to_owned())),
            (500, "a_server_that_fails_is_a_passing_fault") => Err(Error::Other("500".to_owned())),
            (429, "too_many_requests_are_reported_with_the_time_to_wait") => {
                Err(Error::RateLimited(1_000))
            }
            _ => answer.success(),
        }
    }
}
