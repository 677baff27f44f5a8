//! What is said of commits and to changes. Saying the same twice writes once.

use maquette_sdk::http::escape;
use maquette_sdk::source::comments::{self, Comments, Written};
use maquette_sdk::source::{Comment, Outcome, Place, Status};
use maquette_sdk::{Context, Result};
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
        Outcome::Cancelled => "warning",
    };
    let sha = escape(&status.of.sha);
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

/// The requests about the comments of one change.
struct OfChange<'a> {
    ctx: &'a Context<Config>,
    repository: &'a str,
    change: &'a str,
}

impl OfChange<'_> {
    fn path(&self) -> String {
        let Self {
            repository, change, ..
        } = self;
        format!("/repos/{repository}/issues/{}/comments", escape(change))
    }

    fn one(&self, id: &str) -> String {
        format!("/repos/{}/issues/comments/{id}", self.repository)
    }
}

impl Comments for OfChange<'_> {
    fn me(&self) -> Result<String> {
        api::get::<User>(self.ctx, "/user").map(|user| user.login)
    }

    fn all(&self) -> Result<Vec<Written>> {
        let all: Vec<api::Comment> = api::all(self.ctx, &format!("{}?", self.path()))?;
        Ok(all.into_iter().map(written).collect())
    }

    fn write(&self, body: &str) -> Result<Written> {
        let body = json!({ "body": body });
        let made: api::Comment = api::send(self.ctx, "POST", &self.path(), Some(&body))?.json()?;
        Ok(written(made))
    }

    fn change(&self, id: &str, body: &str) -> Result<()> {
        let body = json!({ "body": body });
        api::send(self.ctx, "PATCH", &self.one(id), Some(&body)).map(drop)
    }

    fn remove(&self, id: &str) -> Result<()> {
        api::send(self.ctx, "DELETE", &self.one(id), None).map(drop)
    }
}

fn written(comment: api::Comment) -> Written {
    Written {
        id: comment.id.to_string(),
        author: comment.user.login,
        body: comment.body,
        url: comment.html_url,
    }
}

/// Writes the comment if there is none, and changes it if it differs.
pub fn upsert(ctx: &Context<Config>, repository: &str, comment: &Comment) -> Result<Place> {
    let forge = OfChange {
        ctx,
        repository,
        change: &comment.change,
    };
    comments::upsert(&forge, comment)
}

/// Deletes our comments with this marker.
pub fn delete(ctx: &Context<Config>, repository: &str, change: &str, marker: &str) -> Result<()> {
    let forge = OfChange {
        ctx,
        repository,
        change,
    };
    comments::delete(&forge, marker)
}
