//! The requests to the API. Nothing is decided here.

use maquette_sdk::dns::batch::State;
use maquette_sdk::dns::{Name, Zone, read_name};
use maquette_sdk::http::{Client, Response, escape, pages};
use maquette_sdk::{Context, Error, Result};

use crate::config::{Config, KEY};
use crate::failure::{Failure, check};
use crate::plan::{Unit, change};
use crate::state::{Raw, parse};
use crate::wire::{ManagedZone, RrSetPage, ZonePage};

/// One project.
pub(crate) struct Api<'a> {
    config: &'a Config,
    http: Client<'a>,
    root: String,
}

impl<'a> Api<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let config = &ctx.config;
        let endpoint = config.endpoint.trim_end_matches('/');
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            let message = format!("`{endpoint}` is no URL; write `https://dns.googleapis.com`");
            return Err(Error::invalid("config.endpoint", message));
        }
        // A token that the account's own key signs ("Self-signed JWT", <https://google.aip.dev/auth/4111>): it takes no request
        // to Google's token endpoint.
        let token =
            ctx.token_authorization(KEY, &config.service_account, Some(&config.private_key_id))?;
        Ok(Self {
            config,
            http: ctx.http().with_header("Authorization", &token)?,
            root: format!(
                "{endpoint}/dns/v1/projects/{}/managedZones",
                escape(&config.project)
            ),
        })
    }

    /// The managed zones that the configuration means.
    pub(crate) fn zones(&self) -> Result<Vec<Zone>> {
        self.list("")
    }

    /// The name of the one managed zone for this DNS name.
    pub(crate) fn zone_id(&self, zone: &Name) -> Result<String> {
        let mut zones = self.list(&format!("dnsName={}", escape(&zone.absolute())))?;
        zones.retain(|found| found.name == zone.as_str());
        match zones.as_slice() {
            [one] => Ok(one.id.clone()),
            [] => Err(Error::NotFound(format!(
                "there is no {} managed zone for `{zone}` in the project `{}` that this service account can see",
                if self.config.private_zones {
                    "private"
                } else {
                    "public"
                },
                self.config.project
            ))),
            several => {
                let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
                let message = format!(
                    "several managed zones are for `{zone}` ({}); name the one to use",
                    ids.join(", ")
                );
                Err(Error::invalid("config.managedZones", message))
            }
        }
    }

    /// All that the managed zone holds.
    pub(crate) fn read(&self, id: &str) -> Result<State<Raw>> {
        let rrsets = pages(|token: Option<&String>| {
            let path = format!("/{}/rrsets{}", escape(id), query("", token));
            let page: RrSetPage = self.get(&path)?.json()?;
            Ok((page.rrsets, page.next_page_token))
        })?;
        Ok(parse(rrsets))
    }

    /// Makes all of these changes, or none.
    pub(crate) fn change(&self, id: &str, units: &[Unit]) -> Result<(), Failure> {
        let url = format!("{}/{}/changes", self.root, escape(id));
        let answer = self.http.post(&url).json(&change(units)).send();
        check(answer.map_err(Failure::Failed)?).map(|_| ())
    }

    fn list(&self, only: &str) -> Result<Vec<Zone>> {
        let zones = pages(|token: Option<&String>| {
            let page: ZonePage = self.get(&query(only, token))?.json()?;
            Ok((page.managed_zones, page.next_page_token))
        })?;
        let config = self.config;
        let meant = |zone: &ManagedZone| {
            zone.is_changeable()
                && zone.is_private() == config.private_zones
                && (config.managed_zones.is_empty() || config.managed_zones.contains(&zone.name))
        };
        Ok(zones
            .into_iter()
            .filter(meant)
            .map(|zone| Zone {
                name: read_name(&zone.dns_name),
                id: zone.name,
            })
            .collect())
    }

    fn get(&self, path: &str) -> Result<Response> {
        let answer = self.http.get(&format!("{}{path}", self.root)).send()?;
        check(answer).map_err(|failure| match failure {
            Failure::Refused(refusal) => Error::Other(refusal.to_string()),
            Failure::Failed(error) => error,
        })
    }
}

/// The query of a page of a listing.
fn query(only: &str, token: Option<&String>) -> String {
    let start = token.map(|token| format!("pageToken={}", escape(token)));
    let parts: Vec<&str> = [only]
        .into_iter()
        .chain(start.as_deref())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("?{}", parts.join("&"))
    }
}
