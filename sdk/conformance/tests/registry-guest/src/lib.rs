//! A small plugin for the registry in memory (`maquette_conformance::memory::RegistryServer`). As it is, it keeps every
//! rule of the interface; each `fault` of its configuration is the name of the one rule that it breaks.

mod api;

use maquette_sdk::registry::{Image, Pair, Referrer, Referrers, Tag, Tags};
use maquette_sdk::{Context, Credential, Error, Host, Plugin, Registry, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use api::Api;

#[derive(Deserialize, JsonSchema)]
pub struct Config {
    /// Base URL of the registry.
    url: String,
    /// Name of the rule to break.
    #[serde(default)]
    fault: String,
}

#[derive(Default)]
pub struct Guest;

impl Plugin for Guest {
    type Config = Config;
    const NAME: &'static str = "registry-guest";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "The registry in memory";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer("token", "Token of the registry")]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/url")]
    }
}

/// What the configuration wants to be wrong.
fn has(ctx: &Context<Config>, fault: &str) -> bool {
    ctx.config.fault == fault
}

/// What a fault makes of an error.
fn told<T>(ctx: &Context<Config>, found: Result<T>) -> Result<T> {
    match (ctx.config.fault.as_str(), found) {
        ("a_wrong_login_is_unauthorized", Err(Error::Unauthorized(text))) => {
            Err(Error::Forbidden(text))
        }
        ("too_many_pulls_are_reported_with_the_time_to_wait", Err(Error::RateLimited(_))) => {
            Err(Error::RateLimited(1))
        }
        (_, found) => found,
    }
}

impl Registry for Guest {
    fn list_tags(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags> {
        let path = cursor.map_or_else(|| format!("/v2/{repository}/tags/list"), str::to_owned);
        let page = match told(ctx, Api::new(ctx)?.get(&path)) {
            Err(Error::NotFound(_)) if has(ctx, "an_unknown_repository_is_not_found") => {
                return Ok(Tags {
                    items: Vec::new(),
                    total: None,
                    next: None,
                });
            }
            page => page?,
        };
        let names = page.document["tags"].as_array().into_iter().flatten();
        let mut items: Vec<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
        if has(ctx, "every_tag_is_named_once") && cursor.is_some() {
            // The last tag of the page before.
            let last = path
                .split("last=")
                .nth(1)
                .and_then(|rest| rest.split('&').next());
            items.extend(last.map(str::to_owned));
        }
        let next = page
            .next
            .filter(|_| !has(ctx, "tags_are_listed_to_their_end"));
        let total = has(ctx, "the_facts_of_a_listing_are_true").then_some(1);
        let items = items.into_iter().map(Tag::named).collect();
        Ok(Tags { items, total, next })
    }

    fn digest(&self, ctx: &Context<Config>, repository: &str, tag: &str) -> Result<String> {
        let path = format!("/v2/{repository}/manifests/{tag}");
        match Api::new(ctx)?.get(&path) {
            Ok(_) if has(ctx, "the_digest_of_a_tag_is_that_of_its_image") => {
                Ok(format!("sha256:{}", "0".repeat(64)))
            }
            Ok(found) => Ok(found.digest),
            Err(Error::NotFound(why)) if has(ctx, "the_digest_of_an_unknown_tag_is_not_found") => {
                Err(Error::Other(why))
            }
            Err(error) => Err(error),
        }
    }

    fn resolve(&self, ctx: &Context<Config>, repository: &str, reference: &str) -> Result<Image> {
        told(ctx, resolve(ctx, repository, reference))
    }

    fn list_referrers(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        digest: &str,
        artifact_type: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Referrers> {
        let path = cursor.map_or_else(
            || format!("/v2/{repository}/referrers/{digest}"),
            str::to_owned,
        );
        let page = Api::new(ctx)?.get(&path)?;
        let entries = page.document["manifests"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if entries.is_empty() && has(ctx, "what_nothing_refers_to_has_no_referrers") {
            return Err(Error::Other("nothing refers to it".into()));
        }
        let filter = artifact_type.filter(|_| !has(ctx, "referrers_are_filtered_by_their_type"));
        let wanted = |entry: &&Value| filter.is_none_or(|kind| entry["artifactType"] == kind);
        let items = entries.iter().filter(wanted).map(referrer).collect();
        let next = page.next.filter(|_| {
            !(has(ctx, "referrers_are_listed_to_their_end") && artifact_type.is_none())
        });
        Ok(Referrers { items, next })
    }

    fn delete_tag(
        &self,
        ctx: &Context<Config>,
        repository: &str,
        tag: &str,
        expect: &str,
    ) -> Result<()> {
        let api = Api::new(ctx)?;
        let path = format!("/v2/{repository}/manifests/{tag}");
        let found = match api.get(&path) {
            Err(Error::NotFound(why)) if has(ctx, "deleting_an_absent_tag_succeeds") => {
                return Err(Error::NotFound(why));
            }
            Err(Error::NotFound(_)) => return Ok(()),
            found => found?.digest,
        };
        if found != expect && !has(ctx, "a_tag_that_stands_for_another_digest_is_not_deleted") {
            return Err(Error::conflict(None));
        }
        if has(ctx, "a_deleted_tag_is_gone_and_no_other") {
            return Ok(());
        }
        api.delete(&path)
    }
}

fn referrer(entry: &Value) -> Referrer {
    let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    Referrer {
        digest: text("digest"),
        media_type: text("mediaType"),
        artifact_type: entry["artifactType"].as_str().map(str::to_owned),
        size: entry["size"].as_u64().unwrap_or_default(),
        annotations: Vec::new(),
    }
}

fn resolve(ctx: &Context<Config>, repository: &str, reference: &str) -> Result<Image> {
    let api = Api::new(ctx)?;
    let is_digest = reference.starts_with("sha256:");
    if has(ctx, "reading_a_registry_writes_nothing") {
        api.post(&format!("/v2/{repository}/blobs/uploads/"))?;
    }
    let mut path = format!("/v2/{repository}/manifests/{reference}");
    if has(ctx, "a_tag_that_moved_is_resolved_to_what_it_names_now") && !is_digest {
        path = format!("/first/{repository}/{reference}");
    }
    let found = match api.get(&path) {
        Err(Error::NotFound(text)) => {
            let kind = if is_digest { "digest" } else { "tag" };
            // A repository that is not there is another rule's.
            let there = repository == "shop/web";
            return if there && has(ctx, &format!("an_unknown_{kind}_is_not_found")) {
                Err(Error::Other(text))
            } else {
                Err(Error::NotFound(text))
            };
        }
        found => found?,
    };
    let top = found.document;
    let children = top["manifests"].as_array().cloned().unwrap_or_default();
    let is_index = !children.is_empty();
    let manifest = match children.first() {
        Some(first) => {
            api.get(&format!(
                "/v2/{repository}/manifests/{}",
                word(&first["digest"])
            ))?
            .document
        }
        None => top.clone(),
    };
    let config = api
        .get(&format!(
            "/v2/{repository}/blobs/{}",
            word(&manifest["config"]["digest"])
        ))?
        .document;
    let mut image = Image {
        digest: found.digest,
        media_type: word(&top["mediaType"]),
        created: config["created"].as_str().map(str::to_owned),
        platforms: if is_index {
            children
                .iter()
                .map(|child| platform(&child["platform"]))
                .collect()
        } else {
            vec![platform(&config)]
        },
        labels: labels(ctx, &config["config"]["Labels"], &top["annotations"]),
    };
    let first = children.first().map(|first| word(&first["digest"]));
    spoil(ctx, &mut image, is_digest, first);
    Ok(image)
}

/// What the faults make of an image.
fn spoil(ctx: &Context<Config>, image: &mut Image, by_digest: bool, first: Option<String>) {
    let is_index = first.is_some();
    match ctx.config.fault.as_str() {
        "a_tag_is_resolved_to_what_it_names" => image.media_type = "application/json".into(),
        "a_digest_is_resolved_to_itself" if by_digest => image.digest = Api::other_digest(),
        "an_index_keeps_its_own_digest" if !by_digest => {
            if let Some(first) = first {
                image.digest = first;
            }
        }
        "the_platforms_of_an_index_are_named" if is_index => image.platforms.truncate(1),
        "an_image_says_when_it_was_made_and_for_what" => image.created = None,
        "labels_are_those_of_the_configuration" if !is_index => image.labels.clear(),
        _ => {}
    }
}

fn labels(ctx: &Context<Config>, own: &Value, annotations: &Value) -> Vec<Pair> {
    let (mut weak, mut strong) = (own, annotations);
    if has(ctx, "annotations_come_before_labels") {
        std::mem::swap(&mut weak, &mut strong);
    }
    let mut all = std::collections::BTreeMap::new();
    for source in [weak, strong] {
        for (key, value) in source.as_object().into_iter().flatten() {
            all.insert(key.clone(), word(value));
        }
    }
    all.into_iter()
        .map(|(name, value)| Pair { name, value })
        .collect()
}

fn platform(of: &Value) -> String {
    format!("{}/{}", word(&of["os"]), word(&of["architecture"]))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

maquette_sdk::plugin!(Guest: Registry);
