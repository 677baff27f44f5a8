//! Changes, and branches that stand for some.

use maquette_sdk::http::escape;
use maquette_sdk::source::{Change, Changes, Filter};
use maquette_sdk::{Context, Error, Result};
use serde_json::Value;

use crate::api::{Api, word};
use crate::{Config, at, has};

/// First the change requests, then the branches. The cursor is the path of the next page.
pub fn list(
    ctx: &Context<Config>,
    repository: &str,
    filter: &Filter,
    cursor: Option<&str>,
) -> Result<Changes> {
    let api = Api::new(ctx)?;
    let branches = format!("{}/branches", at(repository));
    let all = *filter == everything();
    let state = if all && has(ctx, "only_open_changes_are_listed") {
        "all"
    } else {
        "open"
    };
    let first = format!("{}/pulls?state={state}", at(repository));
    let path = cursor.unwrap_or(&first);
    let page = api.page(path)?;
    let mut next = page.next;
    let mut items: Vec<Change> = if path.starts_with(&branches) {
        let taken = if has(ctx, "a_branch_with_an_open_change_is_not_listed_besides") {
            Vec::new()
        } else {
            heads(&api, repository)?
        };
        let free = |item: &&Value| !taken.contains(&word(&item["name"]));
        page.items.iter().filter(free).map(branch).collect()
    } else {
        let with_branches =
            filter.branches || has(ctx, "branches_are_listed_where_they_are_wanted") && all;
        if next.is_none() && with_branches {
            next = Some(branches);
        }
        let pulls = page.items.iter();
        pulls.map(|pull| change(ctx, repository, pull)).collect()
    };
    items.retain(|change| wanted(ctx, change, filter));
    if all {
        spoil(ctx, &api, repository, cursor, &mut items, &mut next)?;
    }
    Ok(Changes { items, next })
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
    if let Some(name) = id.strip_prefix("branch/") {
        let path = format!("{}/branches/{}", at(repository), escape(name));
        let found = api.value(&path)?;
        if has(ctx, "a_branch_is_a_change_of_its_own") {
            return Err(Error::NotFound(id.to_owned()));
        }
        return Ok(branch(&found));
    }
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
        "a_change_is_as_the_forge_has_it" if found.open => found.url.clear(),
        "a_closed_change_is_found_and_said_to_be_closed" => found.open = true,
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
    let elsewhere = head["repo"]["full_name"] != repository;
    Change {
        id: pull["number"].to_string(),
        title,
        url: word(&pull["html_url"]),
        author: word(&pull["user"]["login"]),
        head_branch: word(&head["ref"]),
        head_sha: word(&head["sha"]),
        head_repository: elsewhere.then(|| word(&head["repo"]["clone_url"])),
        base_branch: word(&base["ref"]),
        labels: labels.map(|label| word(&label["name"])).collect(),
        draft: pull["draft"] == true,
        open: pull["state"] == "open",
        updated: pull["updated_at"].as_str().map(str::to_owned),
    }
}

fn branch(found: &Value) -> Change {
    let name = word(&found["name"]);
    Change {
        id: format!("branch/{name}"),
        title: name.clone(),
        url: String::new(),
        author: String::new(),
        head_branch: name,
        head_sha: word(&found["commit"]["id"]),
        head_repository: None,
        base_branch: String::new(),
        labels: Vec::new(),
        draft: false,
        open: true,
        updated: None,
    }
}

/// Branches of this repository that an open change comes from.
fn heads(api: &Api, repository: &str) -> Result<Vec<String>> {
    let pulls = api.all(&format!("{}/pulls?state=open", at(repository)))?;
    let here = pulls
        .iter()
        .filter(|pull| pull["head"]["repo"]["full_name"] == repository);
    Ok(here.map(|pull| word(&pull["head"]["ref"])).collect())
}

/// The forge filters by none of these.
fn wanted(ctx: &Context<Config>, change: &Change, filter: &Filter) -> bool {
    let labelled = |label: &String| change.labels.contains(label);
    let fits = |globs: &[String], branch: &str, fault: &str| {
        globs.is_empty() || has(ctx, fault) || globs.iter().any(|glob| matches(glob, branch))
    };
    let label = filter.labels.is_empty()
        || has(ctx, "changes_are_filtered_by_their_labels")
        || filter.labels.iter().any(labelled);
    let draft =
        filter.drafts || !change.draft || has(ctx, "drafts_are_listed_where_they_are_wanted");
    let into = "changes_are_filtered_by_the_branch_that_they_go_into";
    let from = "changes_are_filtered_by_the_branch_that_they_come_from";
    label
        && draft
        && fits(&filter.base_branches, &change.base_branch, into)
        && fits(&filter.head_branches, &change.head_branch, from)
}

/// `*` stands for anything.
fn matches(glob: &str, text: &str) -> bool {
    match glob.split_once('*') {
        None => glob == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            let mut ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            ends.any(|at| matches(rest, &tail[at..]))
        }),
    }
}

/// Everything but branches.
fn everything() -> Filter {
    Filter {
        labels: Vec::new(),
        base_branches: Vec::new(),
        head_branches: Vec::new(),
        drafts: true,
        branches: false,
    }
}
