//! Change requests, branches and tags.

use maquette_sdk::http::escape;
use maquette_sdk::source::{Access, Change, Changes, GitRef, RefKind, Refs, State, Trust};
use maquette_sdk::{Context, Error, Result};

use crate::Config;
use crate::api::{self, Permission, Pull, Tip};

/// What Gitea gives as the branch of a push to `refs/for/…`, which needs no permission.
const AGIT: &str = "refs/";

/// Open changes. The host filters them.
pub fn list(ctx: &Context<Config>, repository: &str, cursor: Option<&str>) -> Result<Changes> {
    let path = format!("/repos/{repository}/pulls?state=open");
    let page = api::page::<Pull>(ctx, &path, cursor)?;
    let items = page.items.into_iter();
    Ok(Changes {
        items: items.map(|pull| change(repository, pull)).collect(),
        next: page.next,
    })
}

/// Branches or tags.
pub fn refs(
    ctx: &Context<Config>,
    repository: &str,
    kind: RefKind,
    cursor: Option<&str>,
) -> Result<Refs> {
    let folder = match kind {
        RefKind::Branch => "branches",
        RefKind::Tag => "tags",
    };
    let page = api::page::<Tip>(ctx, &format!("/repos/{repository}/{folder}?"), cursor)?;
    let item = |tip: Tip| GitRef {
        name: tip.name,
        sha: tip.commit.sha,
        committed: tip.commit.created,
    };
    Ok(Refs {
        items: page.items.into_iter().map(item).collect(),
        next: page.next,
    })
}

/// One change, open or not.
pub fn one(ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
    let path = format!("/repos/{repository}/pulls/{}", escape(id));
    api::get(ctx, &path).map(|pull| change(repository, pull))
}

/// A user whom the forge does not know has none.
pub fn permission(ctx: &Context<Config>, repository: &str, login: &str) -> Result<Access> {
    let login = escape(login);
    let path = format!("/repos/{repository}/collaborators/{login}/permission");
    match api::get::<Permission>(ctx, &path) {
        Ok(found) => Ok(match found.permission.as_str() {
            "owner" | "admin" => Access::Admin,
            "write" => Access::Write,
            "read" => Access::Read,
            _ => Access::None,
        }),
        Err(Error::NotFound(_)) => Ok(Access::None),
        Err(error) => Err(error),
    }
}

fn change(repository: &str, pull: Pull) -> Change {
    let from = pull.head.repo.map(|repo| repo.full_name);
    let agit = pull.head.name.starts_with(AGIT);
    // Only users who may push put a commit on a branch of the repository itself.
    let trust = if from.as_deref() == Some(repository) && !agit {
        Trust::Writer
    } else {
        Trust::Anybody
    };
    let head_ref = format!("refs/pull/{}/head", pull.number);
    Change {
        title: pull.title,
        url: pull.html_url,
        author: pull.user.login,
        head_branch: if agit { String::new() } else { pull.head.name },
        head_repository: from.filter(|from| from != repository),
        base_branch: pull.base.name,
        labels: pull.labels.into_iter().map(|label| label.name).collect(),
        draft: pull.draft,
        state: match pull.state.as_str() {
            "open" => State::Open,
            _ if pull.merged => State::Merged,
            _ => State::Closed,
        },
        updated: pull.updated_at,
        ..Change::new(pull.number.to_string(), pull.head.sha, head_ref, trust)
    }
}
