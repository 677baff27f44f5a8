//! The requests to the API. Nothing is decided here.

use maquette_sdk::dns::batch::State;
use maquette_sdk::dns::{Name, Zone};
use maquette_sdk::http::{Method, Response, escape, pages, read_xml, write_xml};
use maquette_sdk::{Context, Error, Result};

use crate::codec::parse_name;
use crate::config::{Config, SECRET};
use crate::failure::{Failure, check};
use crate::plan::Unit;
use crate::state::{Raw, parse};
use crate::wire::{ChangeBatch, ChangeItem, ChangeRequest, Changes, RrSetList, ZoneItem, ZoneList};

const SPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";
/// Record sets of one page; the API's most.
const PAGE: usize = 300;

/// One account.
pub(crate) struct Api<'a> {
    ctx: &'a Context<Config>,
    root: String,
}

impl<'a> Api<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let endpoint = ctx.config.endpoint.trim_end_matches('/');
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            let message = format!("`{endpoint}` is no URL; write `https://route53.amazonaws.com`");
            return Err(Error::invalid("config.endpoint", message));
        }
        Ok(Self {
            ctx,
            root: format!("{endpoint}/2013-04-01"),
        })
    }

    /// The hosted zones that the configuration means.
    pub(crate) fn zones(&self) -> Result<Vec<Zone>> {
        let items = pages(|marker: Option<&String>| {
            let marker = marker.map_or(String::new(), |marker| {
                format!("?marker={}", escape(marker))
            });
            let page: ZoneList = read_xml(&self.get(&format!("/hostedzone{marker}"))?)?;
            Ok((page.hosted_zones.items, page.next_marker))
        })?;
        let config = &self.ctx.config;
        let meant = |item: &ZoneItem| {
            item.config.private_zone == config.private_zones
                && (config.hosted_zone_ids.is_empty()
                    || config
                        .hosted_zone_ids
                        .iter()
                        .any(|id| *id == bare(&item.id)))
        };
        Ok(items
            .into_iter()
            .filter(meant)
            .map(|item| Zone {
                name: parse_name(&item.name),
                id: bare(&item.id).to_owned(),
            })
            .collect())
    }

    /// The identifier of the one hosted zone of this name.
    pub(crate) fn zone_id(&self, zone: &Name) -> Result<String> {
        let mut zones = self.zones()?;
        zones.retain(|found| found.name == zone.as_str());
        match zones.as_slice() {
            [one] => Ok(one.id.clone()),
            [] => Err(Error::NotFound(format!(
                "there is no {} hosted zone `{zone}` that this access key can see",
                if self.ctx.config.private_zones {
                    "private"
                } else {
                    "public"
                }
            ))),
            several => {
                let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
                let message = format!(
                    "several hosted zones are called `{zone}` ({}); name the one to use",
                    ids.join(", ")
                );
                Err(Error::invalid("config.hostedZoneIds", message))
            }
        }
    }

    /// All that the hosted zone holds.
    pub(crate) fn read(&self, id: &str) -> Result<State<Raw>> {
        let rrsets = pages(|next: Option<&String>| {
            let next = next.map(String::as_str).unwrap_or_default();
            let path = format!("/hostedzone/{id}/rrset?maxitems={PAGE}{next}");
            let page: RrSetList = read_xml(&self.get(&path)?)?;
            let next = page.next_record_name.map(|name| {
                let kind = page.next_record_type.unwrap_or_default();
                let start = format!("&name={}&type={}", escape(&name), escape(&kind));
                match page.next_record_identifier {
                    Some(identifier) => format!("{start}&identifier={}", escape(&identifier)),
                    None => start,
                }
            });
            Ok((page.resource_record_sets.items, next))
        })?;
        Ok(parse(rrsets))
    }

    /// Makes all of these changes, or none.
    pub(crate) fn change(&self, id: &str, units: &[Unit]) -> Result<(), Failure> {
        let item = |action| move |set| ChangeItem { action, set };
        let deletes = units.iter().flat_map(|unit| &unit.deletes);
        let creates = units.iter().flat_map(|unit| &unit.creates);
        let items = deletes
            .map(item("DELETE"))
            .chain(creates.map(item("CREATE")))
            .collect();
        let request = ChangeRequest {
            space: SPACE,
            batch: ChangeBatch {
                changes: Changes { items },
            },
        };
        let body =
            write_xml("ChangeResourceRecordSetsRequest", &request).map_err(Failure::Failed)?;
        let path = format!("/hostedzone/{id}/rrset/");
        let answer = self
            .send(&Method::POST, &path, body)
            .map_err(Failure::Failed)?;
        check(answer).map(|_| ())
    }

    fn get(&self, path: &str) -> Result<Response> {
        let answer = self.send(&Method::GET, path, Vec::new())?;
        check(answer).map_err(|failure| match failure {
            Failure::Refused(why) => Error::Other(why),
            Failure::Failed(error) => error,
        })
    }

    fn send(&self, method: &Method, path: &str, body: Vec<u8>) -> Result<Response> {
        let config = &self.ctx.config;
        let url = format!("{}{path}", self.root);
        let signed = self
            .ctx
            .aws_authorization(SECRET, &config.access_key_id, &config.region)?;
        let http = self.ctx.http().with_header("Authorization", &signed)?;
        let mut request = http.request(method.clone(), &url);
        if !body.is_empty() {
            request = request.body("application/xml", body);
        }
        request.send()
    }
}

/// `Z…` of `/hostedzone/Z…`.
fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
