//! The requests, and what their answers look like.

use maquette_sdk::http::Response;
use maquette_sdk::{Context, Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Config, TOKEN};

/// Most items of one page that are asked for; the forge may give fewer.
pub const PAGE: usize = 50;

#[derive(Deserialize)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    pub html_url: String,
    pub user: User,
    pub head: Side,
    pub base: Side,
    #[serde(default)]
    pub labels: Vec<Label>,
    #[serde(default)]
    pub draft: bool,
    pub state: String,
    #[serde(default)]
    pub merged: bool,
    pub updated_at: Option<String>,
}

#[derive(Deserialize)]
pub struct User {
    pub login: String,
}

#[derive(Deserialize)]
pub struct Side {
    #[serde(rename = "ref")]
    pub name: String,
    pub sha: String,
    /// Nothing where a fork is gone.
    pub repo: Option<Repository>,
}

#[derive(Deserialize)]
pub struct Repository {
    pub full_name: String,
    #[serde(default)]
    pub clone_url: String,
}

#[derive(Deserialize)]
pub struct Label {
    pub name: String,
}

#[derive(Deserialize)]
pub struct Tip {
    pub name: String,
    pub commit: TipCommit,
}

/// Of a branch the forge calls it `id`, of a tag `sha`.
#[derive(Deserialize)]
pub struct TipCommit {
    #[serde(alias = "id")]
    pub sha: String,
    #[serde(alias = "timestamp")]
    pub created: Option<String>,
}

#[derive(Deserialize)]
pub struct Permission {
    pub permission: String,
}

#[derive(Deserialize)]
pub struct Commit {
    pub sha: String,
}

#[derive(Deserialize)]
pub struct Comment {
    pub id: u64,
    pub body: String,
    pub user: User,
    pub html_url: Option<String>,
}

#[derive(Deserialize)]
pub struct Status {
    pub status: String,
    pub context: String,
    #[serde(default)]
    pub description: String,
    pub target_url: Option<String>,
}

/// A page of a list, and the number of the next one.
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// Sends a request to the forge's API; `path` starts with `/`.
pub fn send(
    ctx: &Context<Config>,
    method: &str,
    path: &str,
    body: Option<&serde_json::Value>,
) -> Result<Response> {
    let http = ctx
        .http()
        .with_header("Authorization", &ctx.credential(TOKEN)?)?;
    let method = method
        .parse()
        .map_err(|_| Error::Other(format!("`{method}` is no method")))?;
    let url = format!("{}/api/v1{path}", ctx.config.url.trim_end_matches('/'));
    let request = http.request(method, &url);
    match body {
        Some(body) => request.json(body).send()?.success(),
        None => request.send()?.success(),
    }
}

pub fn get<T: DeserializeOwned>(ctx: &Context<Config>, path: &str) -> Result<T> {
    send(ctx, "GET", path, None)?.json()
}

/// The page of this number, else the first; `path` has a query.
pub fn page<T: DeserializeOwned>(
    ctx: &Context<Config>,
    path: &str,
    number: Option<&str>,
) -> Result<Page<T>> {
    let wrong = |_| Error::invalid("cursor", "it is not of this listing");
    let number: u32 = number.unwrap_or("1").parse().map_err(wrong)?;
    let answer = send(
        ctx,
        "GET",
        &format!("{path}&limit={PAGE}&page={number}"),
        None,
    )?;
    Ok(Page {
        next: answer.next_link().map(|_| (number + 1).to_string()),
        items: answer.json()?,
    })
}

/// Every item of every page.
pub fn all<T: DeserializeOwned>(ctx: &Context<Config>, path: &str) -> Result<Vec<T>> {
    maquette_sdk::http::pages(|number: Option<&String>| {
        let page = page(ctx, path, number.map(String::as_str))?;
        Ok((page.items, page.next))
    })
}
