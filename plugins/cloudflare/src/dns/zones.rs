//! The requests about zones and records. Nothing is decided here.

use maquette_sdk::dns::batch::State;
use maquette_sdk::dns::{Name, Zone, read_name};
use maquette_sdk::http::{Method, escape};
use maquette_sdk::{Error, Result};
use serde::de::IgnoredAny;

use super::plan::{Unit, body};
use super::state::{Raw, parse};
use super::wire::{Record, ZoneItem};
use crate::api::Api;
use crate::failure::Failure;

/// Zones of one page; the API's most.
const ZONES: usize = 50;
/// Records of one page: some 700 KB.
const RECORDS: usize = 1_000;

/// The zones that the token may change and whose content is kept at Cloudflare.
pub(super) fn zones(api: &Api<'_>) -> Result<Vec<Zone>> {
    list(api, String::new())
}

/// The identifier of the one zone of this name.
pub(super) fn zone_id(api: &Api<'_>, zone: &Name) -> Result<String> {
    let mut zones = list(api, format!("&name={}", escape(zone.as_str())))?;
    zones.retain(|found| found.name == zone.as_str());
    match zones.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => Err(Error::NotFound(format!(
            "there is no zone `{zone}` that this token can see"
        ))),
        several => {
            let message = format!(
                "{} zones of different accounts are called `{zone}`; name the account to use",
                several.len()
            );
            Err(Error::invalid("config.accountId", message))
        }
    }
}

fn list(api: &Api<'_>, mut query: String) -> Result<Vec<Zone>> {
    if let Some(account) = &api.config.account_id {
        query = format!("{query}&account.id={}", escape(account));
    }
    let zones: Vec<ZoneItem> = api.list("/zones", &query, ZONES)?;
    // What a secondary zone holds comes from its primary server.
    let changeable = |zone: &ZoneItem| zone.kind.as_deref() != Some("secondary");
    Ok(zones
        .into_iter()
        .filter(changeable)
        .map(|zone| Zone {
            name: read_name(&zone.name),
            id: zone.id,
        })
        .collect())
}

/// What the zone holds of these names, and maybe more; all of it where none is named.
pub(super) fn read(api: &Api<'_>, id: &str, zone: &Name, names: &[Name]) -> Result<State<Raw>> {
    let suffix = common_suffix(names, zone);
    let filter = match suffix.as_deref() {
        Some(suffix) => format!("&name.endswith={}", escape(suffix)),
        None => String::new(),
    };
    let path = format!("/zones/{}/dns_records", escape(id));
    let records: Vec<Record> = api.list(&path, &format!("&order=name{filter}"), RECORDS)?;
    Ok(parse(records, api.config.proxied))
}

/// Makes all of these operations, or none.
pub(super) fn change(api: &Api<'_>, id: &str, units: &[Unit]) -> Result<(), Failure> {
    let path = format!("/zones/{}/dns_records/batch", escape(id));
    api.write(Method::POST, &path, &body(units))
        .map(|IgnoredAny| ())
}

/// What all of these names and their marks end with, where that is less than the whole zone.
fn common_suffix(names: &[Name], zone: &Name) -> Option<String> {
    // A mark stands below the name, and beside the `*` of a wildcard.
    let labels = |name: &Name| -> Vec<String> {
        let bare = name.as_str().strip_prefix("*.").unwrap_or(name.as_str());
        bare.rsplit('.').map(str::to_owned).collect()
    };
    let mut common = labels(names.first()?);
    for name in names {
        let same = common
            .iter()
            .zip(labels(name))
            .take_while(|(one, other)| **one == *other)
            .count();
        common.truncate(same);
    }
    common.reverse();
    let suffix = common.join(".");
    (suffix.len() > zone.as_str().len()).then_some(suffix)
}

#[cfg(test)]
mod tests {
    use maquette_sdk::dns::Name;

    use super::common_suffix;

    fn suffix(names: &[&str]) -> Option<String> {
        let names: Vec<Name> = names.iter().map(|name| name.parse().unwrap()).collect();
        common_suffix(&names, &"example.com".parse().unwrap())
    }

    #[test]
    fn only_a_part_of_the_zone_is_asked_for_where_that_is_enough() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(suffix(&["www.example.com"]), some("www.example.com"));
        assert_eq!(
            suffix(&["a.pr-1.example.com", "*.pr-1.example.com"]),
            some("pr-1.example.com")
        );
        assert_eq!(suffix(&["a.example.com", "b.example.com"]), None);
        assert_eq!(suffix(&["*.example.com"]), None);
        assert_eq!(suffix(&["example.com"]), None);
        assert_eq!(suffix(&[]), None);
    }
}
