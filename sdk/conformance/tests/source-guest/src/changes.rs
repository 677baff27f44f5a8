//! Changes, branches and tags.

use maquette_sdk::http::escape;
use maquette_sdk::source::{Change, Changes, GitRef, RefKind, Refs, State, Trust};
use maquette_sdk::{Context, Result};
use serde_json::Value;

use crate::api::{Api, word};
use crate::{Config, at, has};

/// The cursor is the path of the next page.
pub fn list(ctx: &Context<Config>, repository: &str, cursor: Option<&str>) -> Result<Changes> {
    let api = Api::new(ctx)?;
    let state = if has(ctx, "only_open_changes_are_listed") {
        "all"
    } else {
        "open"
    };
    let first = format!("{}/pulls?state={state}", at(repository));
    let page = api.page(cursor.unwrap_or(&first))?;
    let mut next = page.next;
    let pulls = page.items.iter();
    let mut items: Vec<Change> = pulls.map(|pull| change(ctx, repository, pull)).collect();
    spoil(ctx, &api, repository, cursor, &mut items, &mut next)?;
    Ok(Changes { items, next })
}

/// Branches or tags. The cursor is the path of the next page.
pub fn refs(
    ctx: &Context<Config>,
    repository: &str,
    kind: RefKind,
    cursor: Option<&str>,
) -> Result<Refs> {
    let (folder, field, fault) = match kind {
        RefKind::Branch => ("branches", "id", "branches_are_listed_to_their_end"),
        RefKind::Tag => ("tags", "sha", "tags_are_listed_with_their_commits"),
    };
    let first = format!("{}/{folder}", at(repository));
    let page = Api::new(ctx)?.page(cursor.unwrap_or(&first))?;
    let item = |found: &Value| GitRef {
        name: word(&found["name"]),
        sha: word(&found["commit"][field]),
        committed: None,
    };
    let mut items: Vec<GitRef> = page.items.iter().map(item).collect();
    if has(ctx, fault) {
        items.pop();
    }
    Ok(Refs {
        items,
        next: page.next,
    })
}

/// What the faults make of a listing of everything.
fn spoil(
    ctx: &Context<Config>,
    api: &Api,
    repository: &str,
    cursor: Option<&str>,
    items: &mut Vec<Change>,
    next: &mut Option<String>,
) -> Result<()> {
    match ctx.config.fault.as_str() {
        "changes_are_listed_to_their_end" => *next = None,
        "every_change_is_listed_once" if cursor.is_some() => {
            let first = api.page(&format!("{}/pulls?state=open", at(repository)))?;
            let again = first
                .items
                .first()
                .map(|pull| change(ctx, repository, pull));
            items.extend(again);
        }
        "listed_changes_are_as_the_forge_has_them" => {
            items.iter_mut().for_each(|change| change.url.clear());
        }
        "a_listing_does_not_ask_for_every_change_alone" => {
            for change in items {
                api.value(&format!("{}/pulls/{}", at(repository), change.id))?;
            }
        }
        _ => {}
    }
    Ok(())
}

pub fn one(ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
    let api = Api::new(ctx)?;
    let name = if has(ctx, "an_identifier_of_a_change_is_no_path") {
        id.to_owned()
    } else {
        escape(id)
    };
    let mut found = change(
        ctx,
        repository,
        &api.value(&format!("{}/pulls/{name}", at(repository)))?,
    );
    match ctx.config.fault.as_str() {
        "a_change_is_as_the_forge_has_it" if found.state == State::Open => found.url.clear(),
        "a_closed_change_is_found_and_said_to_be_closed" => found.state = State::Open,
        "no_answer_of_a_forge_has_a_credential" => found.updated = Some(ctx.credential("token")?),
        "another_repository_of_a_change_is_named" => found.head_repository = None,
        _ => {}
    }
    Ok(found)
}

fn change(ctx: &Context<Config>, repository: &str, pull: &Value) -> Change {
    let (head, base) = (&pull["head"], &pull["base"]);
    let labels = pull["labels"].as_array().into_iter().flatten();
    let mut title = word(&pull["title"]);
    if has(ctx, "text_of_a_change_is_given_as_it_is") {
        title = title.replace('<', "&lt;");
    }
    let from = head["repo"]["full_name"].as_str();
    let branch = word(&head["ref"]);
    // A push to `refs/for/…` needs no permission, and Gitea names the repository itself as the origin.
    let agit = branch.starts_with("refs/");
    let trusting = has(ctx, "only_commits_of_writers_are_trusted");
    let own = from == Some(repository) && (!agit || trusting);
    let number = pull["number"].to_string();
    Change {
        title,
        url: word(&pull["html_url"]),
        author: word(&pull["user"]["login"]),
        head_branch: if agit { String::new() } else { branch },
        head_repository: from.filter(|from| *from != repository).map(str::to_owned),
        base_branch: word(&base["ref"]),
        labels: labels.map(|label| word(&label["name"])).collect(),
        draft: pull["draft"] == true,
        state: if pull["state"] == "open" {
            State::Open
        } else if pull["merged"] == true {
            State::Merged
        } else {
            State::Closed
        },
        updated: pull["updated_at"].as_str().map(str::to_owned),
        ..Change::new(
            number.clone(),
            word(&head["sha"]),
            format!("refs/pull/{number}/head"),
            if own { Trust::Writer } else { Trust::Anybody },
        )
    }
}
