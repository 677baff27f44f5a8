//! The requests.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Comment, Deployment, Forge, LOGIN, REPOSITORY, Shared, locked};

/// Most items of one page.
const PAGE: usize = 10;

/// What comes of a request.
enum Answer {
    Found(Value),
    Made(Value),
    /// All of it; the page is cut out of it.
    List(Vec<Value>),
    Done,
}

struct Request<'a> {
    method: &'a str,
    /// Below `/api/v1`, decoded.
    path: &'a [&'a str],
    query: &'a BTreeMap<String, String>,
    body: Value,
}

impl Request<'_> {
    fn text(&self, field: &str) -> Value {
        self.body.get(field).cloned().unwrap_or(Value::Null)
    }

    fn word(&self, field: &str) -> String {
        self.text(field).as_str().unwrap_or_default().to_owned()
    }
}

pub(super) async fn answer(
    State(state): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut forge = locked(&state);
    let right = format!("Bearer {}", forge.token);
    let given = headers.get(header::AUTHORIZATION);
    if given.is_none_or(|value| value.as_bytes() != right.as_bytes()) {
        let error = json!({ "message": "no such token" });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = query.into_owned().collect();
    let path = uri.path().strip_prefix("/api/v1/").unwrap_or_default();
    let Some(path) = path.split('/').map(decoded).collect::<Option<Vec<_>>>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let request = Request {
        method: method.as_str(),
        path: &path,
        query: &query,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    match forge.ask(&request) {
        Some(Answer::Found(value)) => Json(value).into_response(),
        Some(Answer::Made(value)) => (StatusCode::CREATED, Json(value)).into_response(),
        Some(Answer::List(all)) => page(&uri, &query, &all),
        Some(Answer::Done) => StatusCode::NO_CONTENT.into_response(),
        None => {
            let error = json!({ "message": "no such thing" });
            (StatusCode::NOT_FOUND, Json(error)).into_response()
        }
    }
}

fn page(uri: &Uri, query: &BTreeMap<String, String>, all: &[Value]) -> Response {
    let number = query
        .get("page")
        .and_then(|page| page.parse::<usize>().ok());
    let number = number.unwrap_or(1).max(1);
    let mut rest = all.iter().skip((number - 1) * PAGE);
    let items: Vec<&Value> = rest.by_ref().take(PAGE).collect();
    let mut response = Json(json!(items)).into_response();
    if rest.next().is_some() {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in query.iter().filter(|(name, _)| *name != "page") {
            next.append_pair(name, value);
        }
        next.append_pair("page", &(number + 1).to_string());
        let link = format!("<{}?{}>; rel=\"next\"", uri.path(), next.finish());
        if let Ok(value) = HeaderValue::try_from(link) {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    response
}

/// One segment of a path (RFC 3986, section 2.1).
fn decoded(segment: &str) -> Option<String> {
    let mut octets = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (code, after) = rest.split_at_checked(2)?;
            octets.extend(hex::decode(code).ok()?);
            rest = after;
        } else {
            octets.push(*first);
        }
    }
    String::from_utf8(octets).ok()
}

impl Forge {
    fn ask(&mut self, request: &Request<'_>) -> Option<Answer> {
        match request.path {
            ["user"] => Some(Answer::Found(json!({ "login": LOGIN }))),
            ["first-tip", branch] => {
                let tip = self.branches.get(*branch)?.first()?;
                Some(Answer::Found(json!({ "sha": tip })))
            }
            ["repos", owner, name, rest @ ..] if format!("{owner}/{name}") == REPOSITORY => {
                match (request.method, rest) {
                    ("GET", []) => Some(Answer::Found(json!({
                        "full_name": REPOSITORY,
                        "clone_url": format!("https://forge.test/{REPOSITORY}.git"),
                    }))),
                    ("GET", rest) => self.read(request, rest),
                    (_, rest) => self.write(request, rest),
                }
            }
            _ => None,
        }
    }

    fn read(&self, request: &Request<'_>, path: &[&str]) -> Option<Answer> {
        let of_query = |name: &str| request.query.get(name);
        match path {
            ["pulls"] => {
                let state = of_query("state").map_or("open", String::as_str);
                let wanted =
                    |pull: &&Value| state == "all" || pull.get("state") == Some(&json!(state));
                Some(Answer::List(
                    self.pulls.iter().filter(wanted).cloned().collect(),
                ))
            }
            ["pulls", number] => Some(Answer::Found(self.pull(number)?.clone())),
            ["branches"] => {
                let all = self.branches.keys();
                Some(Answer::List(
                    all.filter_map(|name| self.branch(name)).collect(),
                ))
            }
            ["branches", name] => self.branch(name).map(Answer::Found),
            ["tags"] => {
                let tag = |(name, sha)| json!({ "name": name, "commit": { "sha": sha } });
                Some(Answer::List(self.tags.iter().map(tag).collect()))
            }
            ["collaborators", login, "permission"] => {
                let access = self.permissions.get(*login)?;
                let name = format!("{access:?}").to_lowercase();
                Some(Answer::Found(json!({ "permission": name })))
            }
            ["git", "commits", reference] => {
                let sha = self.stands_for(reference)?;
                Some(Answer::Found(json!({ "sha": sha })))
            }
            ["issues", number, "comments"] => {
                self.pull(number)?;
                let of = |comment: &&Comment| comment.pull.to_string() == **number;
                Some(Answer::List(
                    self.comments.iter().filter(of).map(shown).collect(),
                ))
            }
            ["commits", sha, "statuses"] => {
                let all = self.statuses.get(*sha).cloned();
                Some(Answer::List(all.unwrap_or_default()))
            }
            ["deployments"] => {
                let fits = |name: &str, value: &str| of_query(name).is_none_or(|it| it == value);
                let all = self
                    .deployments
                    .iter()
                    .filter(|it| fits("sha", &it.sha) && fits("environment", &it.environment));
                Some(Answer::List(all.map(listed).collect()))
            }
            ["deployments", id, "statuses"] => {
                let found = self
                    .deployments
                    .iter()
                    .find(|it| it.id.to_string() == *id)?;
                Some(Answer::List(found.statuses.clone()))
            }
            _ => None,
        }
    }

    fn write(&mut self, request: &Request<'_>, path: &[&str]) -> Option<Answer> {
        match (request.method, path) {
            ("POST", ["issues", number, "comments"]) => {
                let pull = self.pull(number)?.get("number")?.as_u64()?;
                let comment = self.say(pull, LOGIN, request.word("body"));
                Some(Answer::Made(comment))
            }
            ("PATCH", ["issues", "comments", id]) => {
                let mut all = self.comments.iter_mut();
                let comment = all.find(|comment| comment.id.to_string() == *id)?;
                comment.body = request.word("body");
                Some(Answer::Found(shown(comment)))
            }
            ("DELETE", ["issues", "comments", id]) => {
                let found = |comment: &Comment| comment.id.to_string() == *id;
                let at = self.comments.iter().position(found)?;
                self.comments.remove(at);
                Some(Answer::Done)
            }
            ("POST", ["statuses", sha]) => {
                self.stands_for(sha).filter(|known| known == sha)?;
                let status = json!({
                    "status": request.text("state"), "context": request.text("context"),
                    "description": request.text("description"), "target_url": request.text("target_url"),
                });
                let all = self.statuses.entry((*sha).to_owned()).or_default();
                all.insert(0, status.clone());
                Some(Answer::Made(status))
            }
            ("POST", ["deployments"]) => {
                let deployment = Deployment {
                    id: self.next(),
                    sha: self.stands_for(&request.word("ref"))?,
                    environment: request.word("environment"),
                    statuses: Vec::new(),
                };
                let made = listed(&deployment);
                self.deployments.push(deployment);
                Some(Answer::Made(made))
            }
            ("POST", ["deployments", id, "statuses"]) => {
                let mut all = self.deployments.iter_mut();
                let deployment = all.find(|it| it.id.to_string() == *id)?;
                let status = json!({
                    "state": request.text("state"), "log_url": request.text("log_url"),
                    "environment_url": request.text("environment_url"),
                });
                deployment.statuses.insert(0, status.clone());
                Some(Answer::Made(status))
            }
            ("POST", ["clone-tokens"]) => Some(Answer::Made(json!({
                "token": format!("clone-token-{}", self.next()), "expires_at": "2099-01-01T00:00:00Z",
            }))),
            _ => None,
        }
    }

    fn pull(&self, number: &str) -> Option<&Value> {
        let number: u64 = number.parse().ok()?;
        let is = |pull: &&Value| pull.get("number").and_then(Value::as_u64) == Some(number);
        self.pulls.iter().find(is)
    }

    fn branch(&self, name: &str) -> Option<Value> {
        let tip = self.branches.get(name)?.last()?;
        Some(json!({ "name": name, "commit": { "id": tip } }))
    }

    /// Branches before tags before the beginnings of object names.
    fn stands_for(&self, reference: &str) -> Option<String> {
        if let Some(tag) = reference.strip_prefix("refs/tags/") {
            return self.tags.get(tag).cloned();
        }
        let reference = reference.strip_prefix("refs/heads/").unwrap_or(reference);
        let named = self.branches.get(reference).and_then(|tips| tips.last());
        let heads = self
            .pulls
            .iter()
            .filter_map(|pull| pull.get("head")?.get("sha")?.as_str());
        let tips = self.branches.values().flatten().chain(self.tags.values());
        let mut objects = tips.map(String::as_str).chain(heads);
        let object = || objects.find(|sha| reference.len() >= 7 && sha.starts_with(reference));
        let named = named.or_else(|| self.tags.get(reference));
        named.map(String::as_str).or_else(object).map(str::to_owned)
    }

    /// Adds a comment.
    pub(super) fn say(&mut self, pull: u64, author: &'static str, body: String) -> Value {
        let comment = Comment {
            id: self.next(),
            pull,
            author,
            body,
        };
        let said = shown(&comment);
        self.comments.push(comment);
        said
    }
}

fn shown(comment: &Comment) -> Value {
    json!({ "id": comment.id, "body": comment.body, "user": { "login": comment.author } })
}

fn listed(it: &Deployment) -> Value {
    json!({ "id": it.id, "ref": it.sha, "environment": it.environment })
}
