//! The functions of the interface `dns` with JSON in place of records; names are those of `wit/dns.wit`.

mod json;

use std::str::FromStr;

use anyhow::Context as _;
use maquette_host::{Call, Dns, dns};
use serde::Deserialize;
use serde_json::{Value, json};

use json::{Change, Observed, Outcome, RecordSet};

/// A function that can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Zones,
    Normalize,
    Observe,
    Apply,
    ListOwned,
}

const FUNCTIONS: [(&str, Function); 5] = [
    ("dns.zones", Function::Zones),
    ("dns.normalize", Function::Normalize),
    ("dns.observe", Function::Observe),
    ("dns.apply", Function::Apply),
    ("dns.list-owned", Function::ListOwned),
];

/// A function with its parameters.
#[derive(Debug)]
pub(super) enum Request {
    Zones(Nothing),
    Normalize(Normalize),
    Observe(Observe),
    Apply(Apply),
    ListOwned(ListOwned),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Normalize {
    records: Vec<RecordSet>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Observe {
    zone: String,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Apply {
    zone: String,
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ListOwned {
    zone: String,
    owner_prefix: String,
    cursor: Option<String>,
}

/// What a function returned.
pub(super) struct Answer {
    pub(super) json: Value,
    /// Changes of a batch that were not made.
    pub(super) refused: usize,
}

impl FromStr for Function {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let found = FUNCTIONS.iter().find(|(name, _)| *name == text);
        found.map(|(_, function)| *function).with_context(|| {
            let known: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
            format!(
                "`{text}` is no function of a plugin; there are: {}",
                known.join(", ")
            )
        })
    }
}

impl Function {
    /// The function with these parameters.
    ///
    /// # Errors
    /// They are not what the function takes.
    pub(super) fn with(self, parameters: &str) -> anyhow::Result<Request> {
        let request = match self {
            Self::Zones => serde_json::from_str(parameters).map(Request::Zones),
            Self::Normalize => serde_json::from_str(parameters).map(Request::Normalize),
            Self::Observe => serde_json::from_str(parameters).map(Request::Observe),
            Self::Apply => serde_json::from_str(parameters).map(Request::Apply),
            Self::ListOwned => serde_json::from_str(parameters).map(Request::ListOwned),
        };
        request.context("the parameters are not what the function takes; `maquette plugin run --help` shows them")
    }
}

impl Request {
    /// Calls the function.
    ///
    /// # Errors
    /// The call fails.
    pub(super) async fn make(self, dns: &Dns, call: &Call) -> anyhow::Result<Answer> {
        let json = match self {
            Self::Zones(Nothing {}) => {
                let zones = dns.zones(call).await?;
                zones
                    .into_iter()
                    .map(|dns::Zone { name, id }| json!({ "name": name, "id": id }))
                    .collect()
            }
            Self::Normalize(Normalize { records }) => {
                let records: Vec<dns::RecordSet> = records.into_iter().map(Into::into).collect();
                let normal = dns.normalize(call, &records).await?;
                serde_json::to_value(normal.into_iter().map(RecordSet::from).collect::<Vec<_>>())?
            }
            Self::Observe(Observe { zone, names }) => {
                let observed = dns.observe(call, &zone, &names).await?;
                serde_json::to_value(observed.into_iter().map(Observed::from).collect::<Vec<_>>())?
            }
            Self::Apply(Apply { zone, changes }) => return apply(dns, call, &zone, changes).await,
            Self::ListOwned(ListOwned {
                zone,
                owner_prefix,
                cursor,
            }) => {
                let page = dns
                    .list_owned(call, &zone, &owner_prefix, cursor.as_deref())
                    .await?;
                let items: Vec<Observed> = page.items.into_iter().map(Into::into).collect();
                json!({ "items": items, "next": page.next })
            }
        };
        Ok(Answer { json, refused: 0 })
    }
}

async fn apply(dns: &Dns, call: &Call, zone: &str, changes: Vec<Change>) -> anyhow::Result<Answer> {
    let changes: Vec<dns::Change> = changes.into_iter().map(Into::into).collect();
    let outcomes = dns.apply(call, zone, &changes).await?;
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(Into::into).collect();
    Ok(Answer {
        json: serde_json::to_value(outcomes)?,
        refused,
    })
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, Function, Request};

    #[test]
    fn every_function_of_the_interface_can_be_named() {
        let wit = include_str!("../../../../../wit/dns.wit");
        let declared = wit
            .lines()
            .filter_map(|line| line.trim().split_once(": func("))
            .map(|(name, _)| format!("dns.{name}"));
        let known: Vec<String> = FUNCTIONS
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        assert_eq!(declared.collect::<Vec<_>>(), known);
        assert!(
            "dns.nothing"
                .parse::<Function>()
                .unwrap_err()
                .to_string()
                .contains("dns.observe")
        );
    }

    #[test]
    fn parameters_are_checked_before_anything_is_loaded() {
        assert!(matches!(
            Function::Observe.with(r#"{"zone": "z", "names": ["a.z"]}"#),
            Ok(Request::Observe(_))
        ));
        for wrong in [
            "",
            "[]",
            r#"{"zone": "z"}"#,
            r#"{"zone": "z", "names": [], "more": 1}"#,
        ] {
            assert!(Function::Observe.with(wrong).is_err(), "{wrong}");
        }
        let change =
            r#"{"zone": "z", "changes": [{"delete": {"name": "a.z", "kind": "a", "owner": "o"}}]}"#;
        assert!(matches!(
            Function::Apply.with(change),
            Ok(Request::Apply(_))
        ));
    }
}
