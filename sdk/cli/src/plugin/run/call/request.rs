use anyhow::{Context as _, bail};
use maquette_host::Digest;
use maquette_host::kinds::{
    builder::{Build, Ending},
    bundler::{Blobs, Worker},
    delivery::App,
    dns::{Change, RecordSet},
    registry::Action,
    source::{Comment, Deployment, Filter, Hook, RefKind, Status, Webhook},
    tunnel::Spec,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A function with its parameters: `{"dns.observe": {"zone": …, "names": …}}` is the whole of its grammar.
#[derive(Debug, Deserialize)]
#[serde(rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(in crate::plugin::run) enum Request {
    #[serde(rename = "dns.zones")]
    Zones {},
    #[serde(rename = "dns.normalize")]
    Normalize { records: Vec<RecordSet> },
    #[serde(rename = "dns.observe")]
    ObserveRecords { zone: String, names: Vec<String> },
    #[serde(rename = "dns.apply")]
    Apply { zone: String, changes: Vec<Change> },
    #[serde(rename = "dns.list-owned")]
    ListOwnedRecords {
        zone: String,
        owner_prefix: String,
        cursor: Option<String>,
    },
    #[serde(rename = "tunnel.ensure")]
    Ensure { spec: Spec },
    #[serde(rename = "tunnel.observe")]
    ObserveTunnel { id: String },
    #[serde(rename = "tunnel.set-routes")]
    SetRoutes {
        id: String,
        spec: Spec,
        expect: String,
    },
    #[serde(rename = "tunnel.rotate")]
    Rotate { id: String, spec: Spec },
    #[serde(rename = "tunnel.delete")]
    Delete { id: String, owner: String },
    #[serde(rename = "tunnel.list-owned")]
    ListOwnedTunnels {
        owner_prefix: String,
        cursor: Option<String>,
    },
    #[serde(rename = "registry.list-tags")]
    ListTags {
        repository: String,
        cursor: Option<String>,
    },
    #[serde(rename = "registry.digest")]
    TagDigest { repository: String, tag: String },
    #[serde(rename = "registry.login-for")]
    LoginFor { repository: String, action: Action },
    #[serde(rename = "registry.ensure-repository")]
    EnsureRepository { repository: String },
    #[serde(rename = "registry.delete-tag")]
    DeleteTag {
        repository: String,
        tag: String,
        #[serde(deserialize_with = "digest")]
        expect: Digest,
    },
    #[serde(rename = "registry.resolve")]
    ResolveImage {
        repository: String,
        reference: String,
    },
    #[serde(rename = "registry.list-referrers")]
    ListReferrers {
        repository: String,
        #[serde(deserialize_with = "digest")]
        digest: Digest,
        artifact_type: Option<String>,
        cursor: Option<String>,
    },
    #[serde(rename = "source.list-changes")]
    ListChanges {
        repository: String,
        #[serde(default)]
        filter: Filter,
        cursor: Option<String>,
    },
    #[serde(rename = "source.describe-repository")]
    DescribeRepository { repository: String },
    #[serde(rename = "source.list-refs")]
    ListRefs {
        repository: String,
        kind: RefKind,
        cursor: Option<String>,
    },
    #[serde(rename = "source.changed-paths")]
    ChangedPaths {
        repository: String,
        id: String,
        cursor: Option<String>,
    },
    #[serde(rename = "source.permission")]
    Permission { repository: String, login: String },
    #[serde(rename = "source.read-file")]
    ReadFile {
        repository: String,
        revision: String,
        path: String,
        at_most: u32,
    },
    #[serde(rename = "source.list-files")]
    ListFiles {
        repository: String,
        revision: String,
        folder: String,
        cursor: Option<String>,
    },
    #[serde(rename = "source.delete-deployment")]
    DeleteDeployment {
        repository: String,
        environment: String,
        known: Option<String>,
    },
    #[serde(rename = "source.ensure-webhook")]
    EnsureWebhook { repository: String, hook: Hook },
    #[serde(rename = "source.delete-webhook")]
    DeleteWebhook { repository: String, url: String },
    #[serde(rename = "source.get-change")]
    GetChange { repository: String, id: String },
    #[serde(rename = "source.resolve")]
    ResolveCommit {
        repository: String,
        reference: String,
    },
    #[serde(rename = "source.clone-credential")]
    CloneCredential {
        repository: String,
        #[serde(default)]
        others: Vec<String>,
    },
    #[serde(rename = "source.set-status")]
    SetStatus { repository: String, status: Status },
    #[serde(rename = "source.set-deployment")]
    SetDeployment {
        repository: String,
        deployment: Deployment,
    },
    #[serde(rename = "source.upsert-comment")]
    UpsertComment {
        repository: String,
        comment: Comment,
    },
    #[serde(rename = "source.delete-comment")]
    DeleteComment {
        repository: String,
        change: String,
        marker: String,
        known: Option<String>,
    },
    #[serde(rename = "source.parse-webhook")]
    ParseWebhook { webhook: Webhook },
    #[serde(rename = "builder.plan-build")]
    PlanBuild { build: Build },
    #[serde(rename = "builder.interpret")]
    Interpret {
        build: Build,
        #[serde(default)]
        job: u32,
        ending: Ending,
    },
    #[serde(rename = "bundler.bundle")]
    Bundle {
        workers: Vec<Worker>,
        /// What the workers name, as base64.
        #[serde(default)]
        blobs: Blobs,
    },
    #[serde(rename = "delivery.render")]
    Render { app: App },
    #[serde(rename = "delivery.assess")]
    Assess { app: App, objects: Vec<Value> },
}

impl Request {
    /// The function of this name with these parameters.
    ///
    /// # Errors
    /// There is no such function, or the parameters are not what it takes.
    pub(in crate::plugin::run) fn new(function: &str, parameters: &str) -> anyhow::Result<Self> {
        let parameters: Value =
            serde_json::from_str(parameters).context("the parameters are not JSON")?;
        if !parameters.is_object() {
            bail!("the parameters are not a JSON object");
        }
        let call = Map::from_iter([(function.to_owned(), parameters)]);
        serde_json::from_value(Value::Object(call)).map_err(|error| {
            let text = error.to_string();
            match text.split_once(", expected one of ") {
                Some((unknown, known)) if unknown.starts_with("unknown variant") => {
                    anyhow::anyhow!("`{function}` is no function of a plugin; there are: {known}")
                }
                _ => anyhow::anyhow!(
                    "the parameters are not what {function} takes: {text}; wit/ and `maquette plugin run --help` show them"
                ),
            }
        })
    }
}

fn digest<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::Request;

    #[test]
    fn every_function_of_the_contract_can_be_called() {
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let told = Request::new("dns.nothing", "{}").unwrap_err().to_string();
        let mut count = 0;
        for kind in [
            "dns", "tunnel", "registry", "source", "builder", "bundler", "delivery",
        ] {
            let text = ["", "draft/"].iter().find_map(|folder| {
                std::fs::read_to_string(format!("{wit}/{folder}{kind}/{kind}.wit")).ok()
            });
            let text = text.unwrap();
            for (name, _) in text
                .lines()
                .filter_map(|line| line.trim().split_once(": func("))
            {
                assert!(
                    told.contains(&format!("`{kind}.{name}`")),
                    "{kind}.{name}: {told}"
                );
                count += 1;
            }
        }
        assert_eq!(count, told.matches('.').count() - 1, "{told}");
    }

    #[test]
    fn parameters_are_checked_before_anything_is_loaded() {
        assert!(matches!(
            Request::new("dns.observe", r#"{"zone": "z", "names": ["a.z"]}"#),
            Ok(Request::ObserveRecords { .. })
        ));
        for wrong in [
            "",
            "[]",
            r#"{"zone": "z"}"#,
            r#"{"zone": "z", "names": [], "more": 1}"#,
        ] {
            assert!(Request::new("dns.observe", wrong).is_err(), "{wrong}");
        }
        let change =
            r#"{"zone": "z", "changes": [{"delete": {"name": "a.z", "kind": "A", "owner": "o"}}]}"#;
        assert!(matches!(
            Request::new("dns.apply", change),
            Ok(Request::Apply { .. })
        ));
    }

    #[test]
    fn names_within_parameters_are_those_of_the_contract() {
        let filter = r#"{"repository": "shop/web", "filter": {"base-branches": ["main"]}}"#;
        assert!(matches!(
            Request::new("source.list-changes", filter),
            Ok(Request::ListChanges { filter, .. }) if filter.base_branches == ["main"]
        ));
        let typo = r#"{"repository": "shop/web", "filter": {"base_branches": ["main"]}}"#;
        let told = Request::new("source.list-changes", typo).unwrap_err();
        assert!(told.to_string().contains("`base-branches`"), "{told}");
    }
}
