//! The server's dashboard (`GET /api/proxy/<type>`), by which connections are counted.

use std::collections::BTreeSet;

use maquette_sdk::{Context, Error, Result};
use serde::Deserialize;

use crate::config::Config;

/// Credential for the dashboard.
pub(crate) const LOGIN: &str = "dashboard";

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    proxies: Option<Vec<Proxy>>,
}

#[derive(Deserialize)]
struct Proxy {
    name: String,
    #[serde(default)]
    status: String,
}

/// Connectors of this tunnel that have a proxy online at the server.
pub(crate) fn connections(ctx: &Context<Config>, url: &str, tunnel: &str) -> Result<u32> {
    let mut http = ctx.http();
    if let Ok(login) = ctx.credential(LOGIN) {
        http = http.with_header("Authorization", &login)?;
    }
    let mut connectors = BTreeSet::new();
    for kind in ["http", "https", "tcp"] {
        let url = format!("{}/api/proxy/{kind}", url.trim_end_matches('/'));
        let answer: Answer = http.get(&url).send()?.success()?.json()?;
        for proxy in answer.proxies.unwrap_or_default() {
            if proxy.status == "online"
                && let Some(connector) = connector_of(&proxy.name, tunnel)
            {
                connectors.insert(connector.to_owned());
            }
        }
    }
    u32::try_from(connectors.len())
        .map_err(|_| Error::Other("the dashboard shows too many connectors".to_owned()))
}

/// `<tunnel>.<connector>.<proxy>`
fn connector_of<'a>(proxy: &'a str, tunnel: &str) -> Option<&'a str> {
    let rest = proxy.strip_prefix(tunnel)?.strip_prefix('.')?;
    rest.split('.').next()
}
