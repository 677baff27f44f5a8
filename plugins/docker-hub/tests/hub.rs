//! The plugin against a stand-in of Docker Hub's API, which cannot run here. It answers as the Hub's published
//! description says (<https://docs.docker.com/reference/api/hub/latest/>): pages of `{count, next, previous, results}`,
//! errors of `{message, errinfo}`, and the rate limit's `X-Retry-After`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod stand_in;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use docker_hub::{Config, DockerHub};
use maquette_sdk::native::Native;
use maquette_sdk::{Context, Error, Plugin as _, Registry as _};
use stand_in::HubStandIn;

fn context(hub: &HubStandIn) -> Context<Config> {
    let config = serde_json::json!({ "hub": hub.url(), "registry": hub.url() });
    let config = serde_json::from_value(config).unwrap();
    Context::new(config, Box::new(Native::new([])), Duration::from_secs(10))
}

#[test]
fn every_tag_is_listed_once_to_the_end() {
    let hub = HubStandIn::start();
    let names: Vec<String> = (0..250).map(|n| format!("v{n}")).collect();
    hub.keep("library/redis", names.clone());
    let ctx = context(&hub);
    let (mut all, mut cursor) = (Vec::new(), None);
    for _ in 0..10 {
        let page = DockerHub
            .list_tags(&ctx, "redis", cursor.as_deref())
            .unwrap();
        all.extend(page.items.into_iter().map(|tag| tag.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    all.sort();
    let mut expected = names;
    expected.sort();
    assert_eq!(all, expected);
    assert_eq!(hub.requests(), 3);
}

#[test]
fn a_repository_that_does_not_exist_is_not_found() {
    let hub = HubStandIn::start();
    let error = DockerHub
        .list_tags(&context(&hub), "nobody/nothing", None)
        .unwrap_err();
    assert!(
        matches!(&error, Error::NotFound(text) if text.contains("nobody/nothing")),
        "{error:?}"
    );
}

#[test]
fn the_rate_limit_is_reported_with_the_time_that_the_hub_names() {
    let hub = HubStandIn::start();
    hub.keep("library/redis", vec!["v1".into()]);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    hub.limit_until(now + 90);
    let error = DockerHub
        .list_tags(&context(&hub), "redis", None)
        .unwrap_err();
    assert!(
        matches!(error, Error::RateLimited(ms) if (80_000..=91_000).contains(&ms)),
        "{error:?}"
    );
}

#[test]
fn nothing_has_to_be_configured() {
    let config: Config = serde_json::from_str("{}").unwrap();
    assert_eq!(config.hub, "https://hub.docker.com");
    let asked: Vec<String> = DockerHub::hosts()
        .iter()
        .map(|h| format!("{h:?}"))
        .collect();
    // The host reads the schema's defaults before it looks for the servers in the configuration.
    let schema = serde_json::to_value(schemars::schema_for!(Config)).unwrap();
    for (field, url) in [("hub", &config.hub), ("registry", &config.registry)] {
        let pointer = format!("\"/{field}\"");
        assert!(
            asked.iter().any(|asked| asked.contains(&pointer)),
            "{asked:?}"
        );
        assert_eq!(schema["properties"][field]["default"], url.as_str());
    }
}
