//! Change requests, and branches that stand for some.

use maquette_sdk::http::escape;
use maquette_sdk::source::{Change, Changes, Filter};
use maquette_sdk::{Context, Error, Result};

use crate::Config;
use crate::api::{self, Branch, Pull};

/// What the cursor starts with where a page of branches is next.
const BRANCHES: &str = "branches/";
/// What the identifier of a branch starts with.
const BRANCH: &str = "branch/";

/// First the change requests, then the branches.
pub fn list(
    ctx: &Context<Config>,
    repository: &str,
    filter: &Filter,
    cursor: Option<&str>,
) -> Result<Changes> {
    let number = |text: &str| {
        let wrong = |_| Error::invalid("cursor", "it is not of this listing");
        text.parse::<u32>().map_err(wrong)
    };
    let (mut items, next) = match cursor.and_then(|cursor| cursor.strip_prefix(BRANCHES)) {
        Some(text) => branches(ctx, repository, number(text)?)?,
        None => pulls(ctx, repository, filter, number(cursor.unwrap_or("1"))?)?,
    };
    items.retain(|change| is_wanted(change, filter));
    Ok(Changes { items, next })
}

fn pulls(
    ctx: &Context<Config>,
    repository: &str,
    filter: &Filter,
    number: u32,
) -> Result<(Vec<Change>, Option<String>)> {
    let path = format!("/repos/{repository}/pulls?state=open");
    let page = api::page::<Pull>(ctx, &path, number)?;
    let next = if page.more {
        Some((number + 1).to_string())
    } else {
        filter.branches.then(|| format!("{BRANCHES}1"))
    };
    let items = page.items.into_iter();
    Ok((items.map(|pull| of_pull(repository, pull)).collect(), next))
}

/// Those that no open change request comes from.
fn branches(
    ctx: &Context<Config>,
    repository: &str,
    number: u32,
) -> Result<(Vec<Change>, Option<String>)> {
    let open = format!("/repos/{repository}/pulls?state=open");
    let open = api::all::<Pull>(ctx, &open)?.into_iter();
    let open: Vec<Change> = open.map(|pull| of_pull(repository, pull)).collect();
    let has_change = |name: &str| {
        let here = |change: &Change| change.head_repository.is_none() && change.head_branch == name;
        open.iter().any(here)
    };
    let path = format!("/repos/{repository}/branches?");
    let page = api::page::<Branch>(ctx, &path, number)?;
    let free = page.items.into_iter().filter(|it| !has_change(&it.name));
    let next = page.more.then(|| format!("{BRANCHES}{}", number + 1));
    Ok((free.map(of_branch).collect(), next))
}

/// One change, open or not.
pub fn one(ctx: &Context<Config>, repository: &str, id: &str) -> Result<Change> {
    if let Some(name) = id.strip_prefix(BRANCH) {
        let path = format!("/repos/{repository}/branches/{}", escape(name));
        return api::get(ctx, &path).map(of_branch);
    }
    let path = format!("/repos/{repository}/pulls/{}", escape(id));
    api::get(ctx, &path).map(|pull| of_pull(repository, pull))
}

fn of_pull(repository: &str, pull: Pull) -> Change {
    let head_repository = match pull.head.repo {
        Some(repo) if repo.full_name == repository => None,
        Some(repo) => Some(repo.clone_url),
        // It is gone, and was not this one.
        None => Some(String::new()),
    };
    Change {
        id: pull.number.to_string(),
        title: pull.title,
        url: pull.html_url,
        author: pull.user.login,
        head_branch: pull.head.name,
        head_sha: pull.head.sha,
        head_repository,
        base_branch: pull.base.name,
        labels: pull.labels.into_iter().map(|label| label.name).collect(),
        draft: pull.draft,
        open: pull.state == "open",
        updated: pull.updated_at,
    }
}

fn of_branch(branch: Branch) -> Change {
    Change {
        id: format!("{BRANCH}{}", branch.name),
        title: branch.name.clone(),
        url: String::new(),
        author: String::new(),
        head_branch: branch.name,
        head_sha: branch.commit.id,
        head_repository: None,
        base_branch: String::new(),
        labels: Vec::new(),
        draft: false,
        open: true,
        updated: None,
    }
}

/// The forge filters by none of these.
fn is_wanted(change: &Change, filter: &Filter) -> bool {
    let labelled = |label: &String| change.labels.contains(label);
    let matches = |globs: &[String], branch: &str| {
        globs.is_empty() || globs.iter().any(|glob| matches_glob(glob, branch))
    };
    (filter.drafts || !change.draft)
        && (filter.labels.is_empty() || filter.labels.iter().any(labelled))
        && matches(&filter.base_branches, &change.base_branch)
        && matches(&filter.head_branches, &change.head_branch)
}

/// `*` stands for anything.
pub fn matches_glob(glob: &str, text: &str) -> bool {
    match glob.split_once('*') {
        None => glob == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            let mut ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            ends.any(|at| matches_glob(rest, tail.get(at..).unwrap_or_default()))
        }),
    }
}
