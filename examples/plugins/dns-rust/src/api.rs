//! The server's requests. `../README.md` is their specification.

use maquette_sdk::dns::{Name, Observed, RecordSet, RecordType, Zone};
use maquette_sdk::http::{Client, Response};
use maquette_sdk::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::Config;

pub(crate) struct Api<'a> {
    base: String,
    http: Client<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    A,
    Aaaa,
    Cname,
    Txt,
}

/// A record set as the server writes it.
#[derive(Debug, Deserialize)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) ttl: u32,
    pub(crate) values: Vec<String>,
    pub(crate) owner: Option<String>,
    pub(crate) version: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ItemPage {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    ttl: u32,
    values: &'a [String],
    owner: &'a str,
}

/// What came of a write with a precondition.
pub(crate) enum Written {
    /// It is stored.
    Done(Item),
    /// The precondition does not hold; what is there.
    Not(Option<Item>),
}

impl<'a> Api<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_header("Authorization", &ctx.credential("token")?)?;
        Ok(Self {
            base: ctx.config.url.trim_end_matches('/').to_owned(),
            http,
        })
    }

    pub(crate) fn zones(&self) -> Result<Vec<Zone>> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
            id: String,
        }
        let zones: Vec<Named> = self.get("/zones")?;
        let named = |Named { name, id }| Zone { name, id };
        Ok(zones.into_iter().map(named).collect())
    }

    /// Every record set of these names, page after page.
    pub(crate) fn sets(&self, zone: &Name, names: &[Name]) -> Result<Vec<Item>> {
        let query: Vec<String> = names.iter().map(|name| format!("name={name}")).collect();
        let mut items = Vec::new();
        let mut cursor = String::new();
        while !names.is_empty() {
            let page: ItemPage = self.get(&format!(
                "/zones/{zone}/records?{}{cursor}",
                query.join("&")
            ))?;
            items.extend(page.items);
            match page.next {
                Some(next) => cursor = format!("&cursor={}", escape(&next)),
                None => break,
            }
        }
        Ok(items)
    }

    pub(crate) fn owned(
        &self,
        zone: &Name,
        prefix: &str,
        cursor: Option<&str>,
    ) -> Result<ItemPage> {
        let cursor = cursor.map(|at| format!("&cursor={}", escape(at)));
        self.get(&format!(
            "/zones/{zone}/records?ownerPrefix={}{}",
            escape(prefix),
            cursor.unwrap_or_default()
        ))
    }

    pub(crate) fn find(&self, zone: &Name, name: &Name, kind: RecordType) -> Result<Option<Item>> {
        let items = self.sets(zone, std::slice::from_ref(name))?;
        Ok(items
            .into_iter()
            .find(|item| item.kind.into_contract() == kind))
    }

    /// `expect` is a version; nothing: nothing may be there.
    pub(crate) fn write(
        &self,
        zone: &Name,
        records: &RecordSet,
        owner: &str,
        expect: Option<&str>,
    ) -> Result<Written> {
        let (condition, value) = expect.map_or(("If-None-Match", "*"), |it| ("If-Match", it));
        let body = Body {
            ttl: records.ttl,
            values: &records.values,
            owner,
        };
        let url = self.url(zone, &records.name, Kind::of(records.kind));
        let answer = self
            .http
            .put(&url)
            .header(condition, value)
            .json(&body)
            .send()?;
        match answer.status.as_u16() {
            412 => Ok(Written::Not(answer.json()?)),
            _ => Ok(Written::Done(answer.success()?.json()?)),
        }
    }

    /// What is there instead, when it is not gone.
    pub(crate) fn remove(&self, zone: &Name, name: &Name, item: &Item) -> Result<Option<Item>> {
        let url = self.url(zone, name.as_str(), item.kind);
        let answer = self
            .http
            .delete(&url)
            .header("If-Match", &item.version)
            .send()?;
        match answer.status.as_u16() {
            404 => Ok(None),
            412 => answer.json(),
            _ => answer.success().map(|_| None),
        }
    }

    fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T> {
        let url = format!("{}{path}", self.base);
        self.http
            .get(&url)
            .send()
            .and_then(Response::success)?
            .json()
    }

    fn url(&self, zone: &Name, name: &str, kind: Kind) -> String {
        format!("{}/zones/{zone}/records/{name}/{}", self.base, kind.text())
    }
}

impl Kind {
    fn of(kind: RecordType) -> Self {
        match kind {
            RecordType::A => Self::A,
            RecordType::Aaaa => Self::Aaaa,
            RecordType::Cname => Self::Cname,
            RecordType::Txt => Self::Txt,
        }
    }

    fn into_contract(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::Aaaa,
            Self::Cname => RecordType::Cname,
            Self::Txt => RecordType::Txt,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::Aaaa => "aaaa",
            Self::Cname => "cname",
            Self::Txt => "txt",
        }
    }
}

impl Item {
    pub(crate) fn is_owned_by(&self, owner: &str) -> bool {
        self.owner.as_deref() == Some(owner)
    }

    pub(crate) fn is(&self, records: &RecordSet, owner: &str) -> bool {
        self.is_owned_by(owner)
            && self.name == records.name
            && self.kind.into_contract() == records.kind
            && self.ttl == records.ttl
            && self.values == records.values
    }
}

impl From<Item> for Observed {
    fn from(item: Item) -> Self {
        Self {
            records: RecordSet {
                name: item.name,
                kind: item.kind.into_contract(),
                ttl: item.ttl,
                values: item.values,
            },
            owner: item.owner,
            etag: item.version,
        }
    }
}

/// As it is written in a query (RFC 3986, section 2.1).
fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let each = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(each).collect()
}
