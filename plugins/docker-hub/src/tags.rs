//! Tags by the Hub's own API.

use std::collections::BTreeMap;
use std::time::Duration;

use maquette_distribution::RepositoryPath;
use maquette_sdk::http::Response;
use maquette_sdk::registry::{Tag, Tags};
use maquette_sdk::{Context, Error, Result};
use serde::Deserialize;

use crate::Config;

/// Tags in one page: the most that the Hub gives.
const PAGE: u32 = 100;
/// Wait where the Hub names none, and the longest that is believed.
const DEFAULT_WAIT: Duration = Duration::from_mins(1);
const LONGEST_WAIT: Duration = Duration::from_hours(6);
/// Names by which images at Docker Hub are written.
const NAMES: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    next: Option<String>,
    /// Tags of all pages.
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    results: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    #[serde(default)]
    digest: Option<String>,
    /// When the tag was last pushed, RFC 3339.
    #[serde(default)]
    tag_last_pushed: Option<String>,
}

/// `namespace/name`; an official image's namespace is `library`.
pub(crate) fn path(repository: &str) -> Result<String> {
    let bare = NAMES
        .iter()
        .find_map(|name| repository.strip_prefix(name)?.strip_prefix('/'))
        .unwrap_or(repository);
    let path = RepositoryPath::parse(bare, "docker.io")?;
    match path.as_str().split('/').count() {
        1 => Ok(format!("library/{path}")),
        2 => Ok(path.as_str().to_owned()),
        _ => {
            let message =
                format!("`{repository}` has too many parts; Docker Hub has `namespace/name`");
            Err(Error::invalid("repository", message))
        }
    }
}

/// One page. The cursor is its number.
pub(crate) fn list(ctx: &Context<Config>, path: &str, cursor: Option<&str>) -> Result<Tags> {
    let number: u32 = cursor
        .unwrap_or("1")
        .parse()
        .map_err(|_| Error::invalid("cursor", "it is not of this listing"))?;
    let (namespace, name) = path.split_once('/').unwrap_or(("library", path));
    let root = ctx.config.hub.trim_end_matches('/');
    let url = format!(
        "{root}/v2/namespaces/{namespace}/repositories/{name}/tags?page_size={PAGE}&page={number}"
    );
    let answer = ctx.http().get(&url).send()?;
    if answer.status == 429 {
        return Err(Error::RateLimited(wait(&answer, ctx.wall_clock())));
    }
    let page: Page = match answer.success() {
        Err(Error::NotFound(_)) => {
            return Err(Error::NotFound(format!(
                "the repository `{path}` does not exist at Docker Hub, or is private; add `login` to the Provider's credentials to read a private one"
            )));
        }
        other => other?.json()?,
    };
    let items: BTreeMap<String, Tag> = page
        .results
        .into_iter()
        .map(|item| {
            let tag = Tag {
                name: item.name.clone(),
                digest: item.digest,
                pushed: item.tag_last_pushed,
            };
            (item.name, tag)
        })
        .collect();
    Ok(Tags {
        items: items.into_values().collect(),
        total: page.count,
        next: page.next.map(|_| (number + 1).to_string()),
    })
}

/// Milliseconds to wait. The Hub names the moment itself in `X-Retry-After`, in seconds since 1970.
fn wait(answer: &Response, now: Duration) -> u64 {
    let header = answer.headers.get("x-retry-after");
    let until = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let wait = match until {
        Some(seconds) => Duration::from_secs(seconds).saturating_sub(now),
        None => answer.retry_after().unwrap_or(DEFAULT_WAIT),
    };
    // A clock that is wrong must neither stop the provider for good nor let it be asked at once.
    let wait = wait.clamp(Duration::from_secs(1), LONGEST_WAIT);
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn every_way_of_writing_an_image_of_the_hub_is_understood() {
        for text in [
            "redis",
            "library/redis",
            "docker.io/redis",
            "docker.io/library/redis",
        ] {
            assert_eq!(path(text).unwrap(), "library/redis", "{text}");
        }
        assert_eq!(path("index.docker.io/a/b").unwrap(), "a/b");
        for text in ["quay.io/a/b", "a/b/c", "a/b:1", ""] {
            assert!(path(text).is_err(), "{text}");
        }
    }
}
