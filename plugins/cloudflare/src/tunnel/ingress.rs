//! Routes to and from a configuration. Pure.
//!
//! The first rule that matches counts. A rule's path is a regular expression that may match anywhere
//! (<https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/do-more-with-tunnels/local-management/configuration-file/>),
//! so a prefix is written as `^/prefix` with its special characters escaped. The last rule has to match everything.

use std::collections::BTreeSet;

use maquette_sdk::tunnel::Route;
use maquette_sdk::{Error, Result};
use serde_json::Map;

use super::wire::{Configuration, Rule};

/// What answers requests that no route is for.
const NOBODY: &str = "http_status:404";
/// Characters with a meaning in regular expressions.
const SPECIAL: &str = r"\.+*?()|[]{}^$";

/// The configuration with these routes. What `before` says besides is kept, and what it says of rules that stay.
///
/// # Errors
/// [`Error::Invalid`] for two routes with one hostname and path, or a service that is none.
pub(super) fn configuration(
    routes: &[Route],
    before: Option<&Configuration>,
) -> Result<Configuration> {
    let mut seen = BTreeSet::new();
    let mut rules = Vec::with_capacity(routes.len() + 1);
    for (at, route) in routes.iter().enumerate() {
        if !seen.insert((&route.hostname, &route.path)) {
            let message = "another route has the same hostname and path".to_owned();
            return Err(Error::invalid(format!("routes[{at}]"), message));
        }
        let scheme = route.service.split_once("://").map(|(scheme, _)| scheme);
        if !matches!(scheme, Some("http" | "https" | "tcp")) {
            let message = format!("`{}` is no http://, https:// or tcp:// URL", route.service);
            return Err(Error::invalid(format!("routes[{at}].service"), message));
        }
        rules.push(rule(route, before));
    }
    let last = before
        .and_then(|before| before.ingress.last())
        .filter(|rule| is_last(rule));
    rules.push(last.cloned().unwrap_or_else(|| Rule {
        hostname: None,
        path: None,
        service: NOBODY.to_owned(),
        rest: Map::new(),
    }));
    Ok(Configuration {
        ingress: rules,
        rest: before.map(|before| before.rest.clone()).unwrap_or_default(),
    })
}

fn rule(route: &Route, before: Option<&Configuration>) -> Rule {
    let rule = Rule {
        hostname: Some(route.hostname.clone()),
        path: route.path.as_deref().map(pattern),
        service: route.service.clone(),
        rest: Map::new(),
    };
    let known = before.into_iter().flat_map(|before| &before.ingress);
    let same = |known: &&Rule| {
        (&known.hostname, &known.path, &known.service)
            == (&rule.hostname, &rule.path, &rule.service)
    };
    known.clone().find(same).cloned().unwrap_or(rule)
}

/// The routes that a configuration has.
pub(super) fn routes(configuration: Option<&Configuration>) -> Vec<Route> {
    let Some(configuration) = configuration else {
        return Vec::new();
    };
    let rules = configuration.ingress.iter().filter(|rule| !is_last(rule));
    rules
        .map(|rule| Route {
            hostname: rule.hostname.clone().unwrap_or_default(),
            path: rule
                .path
                .as_deref()
                .filter(|path| !path.is_empty())
                .map(prefix),
            service: rule.service.clone(),
        })
        .collect()
}

/// Whether these are the same routes in some order.
pub(super) fn same(one: &[Route], other: &[Route]) -> bool {
    let sorted = |routes: &[Route]| {
        let mut all: Vec<_> = routes
            .iter()
            .map(|route| {
                (
                    route.hostname.clone(),
                    route.path.clone(),
                    route.service.clone(),
                )
            })
            .collect();
        all.sort_unstable();
        all
    };
    sorted(one) == sorted(other)
}

/// The rule for everything else.
fn is_last(rule: &Rule) -> bool {
    let empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
    empty(&rule.hostname) && empty(&rule.path) && rule.service == NOBODY
}

fn pattern(prefix: &str) -> String {
    let mut pattern = String::from("^");
    for character in prefix.chars() {
        if SPECIAL.contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// The prefix that a pattern of ours is for. Other patterns stay as they are, and look like no prefix that somebody wants.
fn prefix(pattern: &str) -> String {
    let unescaped = || {
        let mut rest = pattern.strip_prefix('^')?.chars();
        let mut prefix = String::new();
        while let Some(character) = rest.next() {
            match character {
                '\\' => prefix.push(rest.next().filter(|next| SPECIAL.contains(*next))?),
                other if SPECIAL.contains(other) => return None,
                other => prefix.push(other),
            }
        }
        prefix.starts_with('/').then_some(prefix)
    };
    unescaped().unwrap_or_else(|| pattern.to_owned())
}

#[cfg(test)]
mod tests {
    use maquette_sdk::tunnel::Route;
    use serde_json::json;

    use super::{Configuration, configuration, pattern, prefix, routes, same};

    fn route(hostname: &str, path: Option<&str>) -> Route {
        Route {
            hostname: hostname.into(),
            path: path.map(Into::into),
            service: "http://web.shop.svc:80".into(),
        }
    }

    #[test]
    fn every_prefix_comes_back_from_its_pattern() {
        for text in ["/", "/api", "/a.b", "/{id}/$x", r"/back\slash", "/ü?*"] {
            assert_eq!(prefix(&pattern(text)), text);
        }
        assert_eq!(pattern("/a.b"), r"^/a\.b");
        for other in ["/api", "^/a.b", "^api", r"^/\d+", "jpg$"] {
            assert_eq!(prefix(other), other);
        }
    }

    #[test]
    fn routes_come_back_and_the_last_rule_is_for_everything_else() {
        let all = [route("a.test", Some("/x")), route("*.test", None)];
        let made = configuration(&all, None).unwrap();
        assert!(same(&routes(Some(&made)), &all));
        assert_eq!(
            serde_json::to_value(&made).unwrap(),
            json!({ "ingress": [
                { "hostname": "a.test", "path": "^/x", "service": "http://web.shop.svc:80" },
                { "hostname": "*.test", "service": "http://web.shop.svc:80" },
                { "service": "http_status:404" },
            ]})
        );
        assert!(routes(None).is_empty());
        assert!(routes(Some(&configuration(&[], None).unwrap())).is_empty());
    }

    #[test]
    fn what_people_set_for_a_rule_that_stays_stays() {
        let before: Configuration = serde_json::from_value(json!({
            "ingress": [
                { "hostname": "a.test", "service": "http://web.shop.svc:80", "originRequest": { "noTLSVerify": true } },
                { "hostname": "gone.test", "service": "http://web.shop.svc:80", "originRequest": {} },
                { "service": "http_status:404" },
            ],
            "originRequest": { "connectTimeout": 5 },
        }))
        .unwrap();
        let after = configuration(
            &[route("b.test", None), route("a.test", None)],
            Some(&before),
        );
        assert_eq!(
            serde_json::to_value(after.unwrap()).unwrap(),
            json!({
                "ingress": [
                    { "hostname": "b.test", "service": "http://web.shop.svc:80" },
                    { "hostname": "a.test", "service": "http://web.shop.svc:80", "originRequest": { "noTLSVerify": true } },
                    { "service": "http_status:404" },
                ],
                "originRequest": { "connectTimeout": 5 },
            })
        );
    }

    #[test]
    fn a_rule_that_somebody_else_put_in_is_no_route_of_ours() {
        let foreign = json!({ "ingress": [
            { "hostname": "a.test", "path": r"\.jpg$", "service": "http://web.shop.svc:80" },
            { "service": "http://elsewhere:80" },
        ]});
        let found = routes(Some(&serde_json::from_value(foreign).unwrap()));
        assert_eq!(found.len(), 2);
        assert!(!same(&found, &[route("a.test", None)]));
    }
}
