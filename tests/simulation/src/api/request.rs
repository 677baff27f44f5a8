//! A request of a client as the server understands it.

use super::{
    Actor,
    object::Id,
    refused::Refused,
    resource::{Resource, by_plural, table},
    selector::Selector,
    store::{Options, Store},
};
use bytes::Bytes;
use http::{Method, request::Parts};
use serde_json::{Value, json};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) actor: Actor,
    pub(crate) resource: Resource,
    pub(crate) namespace: String,
    pub(crate) name: Option<String>,
    pub(crate) verb: Verb,
    query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) status: bool,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Apply,
    Merge,
    Replace,
    Delete,
}

impl Verb {
    pub(crate) fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::List | Self::Watch)
    }
}

impl Request {
    pub(crate) fn parse(actor: Actor, parts: &Parts, body: Bytes) -> Option<Self> {
        let segments: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
        let (["api", _, rest @ ..] | ["apis", _, _, rest @ ..]) = segments.as_slice() else {
            return None;
        };
        let (namespace, plural, name, sub) = match rest {
            ["namespaces"] => ("", "namespaces", None, None),
            ["namespaces", name] => ("", "namespaces", Some(*name), None),
            ["namespaces", namespace, plural] => (*namespace, *plural, None, None),
            ["namespaces", namespace, plural, name] => (*namespace, *plural, Some(*name), None),
            ["namespaces", namespace, plural, name, sub] => {
                (*namespace, *plural, Some(*name), Some(*sub))
            }
            [plural] => ("", *plural, None, None),
            [plural, name] => ("", *plural, Some(*name), None),
            [plural, name, sub] => ("", *plural, Some(*name), Some(*sub)),
            _ => return None,
        };
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let watch = query.iter().any(|(k, v)| k == "watch" && v == "true");
        let content = parts.headers.get(http::header::CONTENT_TYPE);
        let applies = content.is_some_and(|kind| kind.as_bytes().starts_with(b"application/apply"));
        let verb = match (&parts.method, name) {
            (&Method::GET, _) if watch => Verb::Watch,
            (&Method::GET, Some(_)) => Verb::Get,
            (&Method::GET, None) => Verb::List,
            (&Method::POST, _) => Verb::Create,
            (&Method::PATCH, _) if applies => Verb::Apply,
            (&Method::PATCH, _) => Verb::Merge,
            (&Method::PUT, _) => Verb::Replace,
            (&Method::DELETE, _) => Verb::Delete,
            _ => return None,
        };
        Some(Self {
            actor,
            resource: by_plural(plural)?,
            namespace: namespace.to_owned(),
            name: name.map(ToOwned::to_owned),
            verb,
            query,
            body,
            status: sub == Some("status"),
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query
            .find(|(key, _)| key == name)
            .map(|(_, value)| &**value)
    }

    pub(crate) fn selector(&self) -> Selector {
        Selector::parse(
            &self.namespace,
            self.parameter("labelSelector").unwrap_or_default(),
            self.parameter("fieldSelector").unwrap_or_default(),
        )
    }

    /// The object that it is about. A created object is named by its body.
    pub(crate) fn id(&self) -> Id {
        let name = self.name.clone().or_else(|| {
            let body: Value = serde_json::from_slice(&self.body).ok()?;
            let metadata = body.get("metadata")?;
            let text = |field: &str| metadata.get(field)?.as_str().map(ToOwned::to_owned);
            text("name").or_else(|| text("generateName"))
        });
        Id::new(self.resource, &self.namespace, &name.unwrap_or_default())
    }

    pub(crate) fn kind(&self) -> &'static str {
        &table()[self.resource].kind
    }

    /// The effect of anything but a watch, and its answer.
    pub(crate) fn perform(&self, store: &mut Store) -> Result<Bytes, Refused> {
        if self.verb == Verb::List {
            return self.list(store);
        }
        let id = self.id();
        let body = || -> Result<Value, Refused> {
            serde_json::from_slice(&self.body)
                .map_err(|error| Refused::new(400, "BadRequest", error.to_string()))
        };
        let options = Options {
            manager: self
                .parameter("fieldManager")
                .unwrap_or("unknown")
                .to_owned(),
            force: self.parameter("force") == Some("true"),
            status: self.status,
        };
        let object = match self.verb {
            Verb::Get => {
                let held = store.get(&id).cloned();
                held.ok_or_else(|| Refused::new(404, "NotFound", format!("{id} not found")))?
            }
            // Nobody reads events.
            Verb::Create if self.kind() == "Event" => return Ok(self.body.clone()),
            Verb::Create => store.create(&id, body()?, &options)?,
            Verb::Apply => store.apply(&id, &body()?, &options)?,
            Verb::Merge => store.merge(&id, &body()?, &options)?,
            Verb::Replace => store.replace(&id, &body()?, &options)?,
            Verb::Delete => {
                let body = body().unwrap_or_default();
                let text = |path: &str| body.pointer(path).and_then(Value::as_str);
                let foreground = text("/propagationPolicy") == Some("Foreground");
                let left = store.delete(
                    &id,
                    text("/preconditions/uid"),
                    text("/preconditions/resourceVersion"),
                    foreground,
                )?;
                match left {
                    Some(left) => left,
                    None => return Ok(success()),
                }
            }
            Verb::List | Verb::Watch => return Ok(Bytes::new()),
        };
        Ok(object.text().clone())
    }

    fn list(&self, store: &Store) -> Result<Bytes, Refused> {
        let selector = self.selector();
        let limit: usize = self
            .parameter("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(usize::MAX);
        // The server may return fewer than the limit.
        let limit = limit.min(PAGE);
        let (version, after) = match self.parameter("continue") {
            Some(token) => {
                let mut parts = token.split(' ').map(ToOwned::to_owned);
                let version = parts.next().and_then(|v| v.parse().ok());
                (version.unwrap_or(0), parts.next().zip(parts.next()))
            }
            None => (store.version(), None),
        };
        if store.compacted.get(&self.resource).copied().unwrap_or(0) > version {
            return Err(Refused::new(
                410,
                "Expired",
                "the continue token is too old",
            ));
        }
        let mut items = store
            .of(self.resource)
            .filter(|(_, object)| selector.selects(object))
            .filter(|(id, _)| {
                let past = |(namespace, name): &(String, String)| {
                    (&*id.namespace, &*id.name) > (namespace.as_str(), name.as_str())
                };
                after.as_ref().is_none_or(past)
            });
        let mut text = Vec::with_capacity(4096);
        let row = &table()[self.resource];
        let page: Vec<_> = items.by_ref().take(limit).collect();
        let next = items.next().is_some().then(|| {
            let last = page
                .last()
                .map(|(id, _)| format!("{} {}", id.namespace, id.name));
            format!("{version} {}", last.unwrap_or_default())
        });
        let metadata = json!({ "resourceVersion": version.to_string(), "continue": next });
        let head = format!(
            r#"{{"apiVersion":"{}","kind":"{}List","metadata":{metadata},"items":["#,
            row.api_version, row.kind
        );
        text.extend_from_slice(head.as_bytes());
        for (at, (_, object)) in page.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            text.extend_from_slice(object.text());
        }
        text.extend_from_slice(b"]}");
        Ok(text.into())
    }
}

/// Most objects of a page.
const PAGE: usize = 4;

fn success() -> Bytes {
    Bytes::from_static(br#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}"#)
}
