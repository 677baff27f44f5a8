//! What is said of commits and to changes. Saying the same twice writes once.

use maquette_sdk::http::escape;
use maquette_sdk::source::{Comment, Outcome, Status};
use maquette_sdk::{Context, Error, Result};
use serde_json::json;

use crate::Config;
use crate::api::{self, User};

/// One status of each name counts: the newest.
pub fn status(ctx: &Context<Config>, repository: &str, status: &Status) -> Result<()> {
    let state = match status.outcome {
        Outcome::Pending | Outcome::Running => "pending",
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Error => "error",
        Outcome::Inactive => "warning",
    };
    let sha = escape(&status.sha);
    // The newest come first.
    let path = format!("/repos/{repository}/commits/{sha}/statuses?sort=recentupdate");
    let known: Vec<api::Status> = api::all(ctx, &path)?;
    let known = known.iter().find(|known| known.context == status.name);
    let same = |known: &api::Status| {
        let url = known.target_url.as_deref().unwrap_or_default();
        known.status == state
            && known.description == status.description
            && url == status.url.as_deref().unwrap_or_default()
    };
    if known.is_some_and(same) {
        return Ok(());
    }
    let body = json!({
        "state": state, "context": status.name,
        "description": status.description, "target_url": status.url,
    });
    let path = format!("/repos/{repository}/statuses/{sha}");
    api::send(ctx, "POST", &path, Some(&body)).map(drop)
}

/// The first line of a comment, which nobody sees.
fn mark(marker: &str) -> String {
    format!("<!-- {marker} -->")
}

/// The comments of this marker that are ours: whoever may comment can write the marker as well.
fn ours(ctx: &Context<Config>, path: &str, marker: &str) -> Result<Vec<api::Comment>> {
    let all: Vec<api::Comment> = api::all(ctx, &format!("{path}?"))?;
    let me: User = api::get(ctx, "/user")?;
    let mark = mark(marker);
    let is_ours = |comment: &api::Comment| {
        comment.user.login == me.login && comment.body.lines().next() == Some(&mark)
    };
    Ok(all.into_iter().filter(is_ours).collect())
}

fn comments(repository: &str, change: &str) -> String {
    format!("/repos/{repository}/issues/{}/comments", escape(change))
}

/// Writes the comment where there is none, and changes it where it differs.
pub fn upsert(ctx: &Context<Config>, repository: &str, comment: &Comment) -> Result<String> {
    let path = comments(repository, &comment.change);
    let text = format!("{}\n{}", mark(&comment.marker), comment.body);
    let body = json!({ "body": text });
    let found = ours(ctx, &path, &comment.marker)?;
    let Some(known) = found.first() else {
        let made: api::Comment = api::send(ctx, "POST", &path, Some(&body))?.json()?;
        return Ok(made.id.to_string());
    };
    if known.body != text {
        let one = format!("/repos/{repository}/issues/comments/{}", known.id);
        api::send(ctx, "PATCH", &one, Some(&body))?;
    }
    Ok(known.id.to_string())
}

/// Removes what is ours. What is absent is removed.
pub fn delete(ctx: &Context<Config>, repository: &str, change: &str, marker: &str) -> Result<()> {
    let absent = |done: Result<()>| match done {
        Err(Error::NotFound(_)) => Ok(()),
        done => done,
    };
    let found = match ours(ctx, &comments(repository, change), marker) {
        Err(Error::NotFound(_)) => return Ok(()),
        found => found?,
    };
    for comment in found {
        let one = format!("/repos/{repository}/issues/comments/{}", comment.id);
        absent(api::send(ctx, "DELETE", &one, None).map(drop))?;
    }
    Ok(())
}
