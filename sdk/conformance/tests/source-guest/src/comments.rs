//! Comments, known by their first line and their author.

use maquette_sdk::http::escape;
use maquette_sdk::source::Comment;
use maquette_sdk::{Context, Error, Result};
use serde_json::{Value, json};

use crate::api::{Api, word};
use crate::{Config, at, has};

/// The line that a comment starts with.
fn mark(ctx: &Context<Config>, marker: &str) -> String {
    let marker = match marker.get(..64) {
        Some(start) if has(ctx, "markers_of_100_characters_are_told_apart") => start,
        _ => marker,
    };
    if has(ctx, "the_marker_of_a_comment_is_hidden") {
        format!("Marker: {marker}")
    } else {
        format!("<!-- {marker} -->")
    }
}

/// What is ours of this change and marker.
fn ours(
    ctx: &Context<Config>,
    api: &Api,
    path: &str,
    marker: &str,
    of_others: &str,
) -> Result<Vec<Value>> {
    let all = if has(ctx, "a_comment_is_found_behind_many_others") {
        api.page(path)?.items
    } else {
        api.all(path)?
    };
    let me = api.value("/api/v1/user")?["login"].clone();
    let (mark, start) = (mark(ctx, marker), format!("<!-- {marker}"));
    let marked = |comment: &Value| {
        let body = word(&comment["body"]);
        match ctx.config.fault.as_str() {
            "a_comment_that_quotes_a_marker_is_not_found_by_it" => body.contains(&mark),
            "a_marker_that_starts_like_another_is_another" => body.starts_with(&start),
            _ => body.lines().next() == Some(&mark),
        }
    };
    let own = |comment: &Value| comment["user"]["login"] == me || has(ctx, of_others);
    Ok(all
        .into_iter()
        .filter(|comment| marked(comment) && own(comment))
        .collect())
}

pub fn upsert(ctx: &Context<Config>, repository: &str, comment: &Comment) -> Result<String> {
    let api = Api::new(ctx)?;
    let path = format!(
        "{}/issues/{}/comments",
        at(repository),
        escape(&comment.change)
    );
    let mut text = comment.body.clone();
    if has(ctx, "a_comment_is_written_with_its_text") {
        text = text.replace('|', "");
    }
    let body = format!("{}\n{text}", mark(ctx, &comment.marker));
    let of_others = "somebody_elses_comment_with_our_marker_is_not_changed";
    let found = ours(ctx, &api, &path, &comment.marker, of_others)?;
    let Some(known) = found.first() else {
        let made = api.post(&path, &json!({ "body": body }))?;
        return Ok(made["id"].to_string());
    };
    let one = format!("{}/issues/comments/{}", at(repository), known["id"]);
    let same = known["body"] == body;
    if !same && has(ctx, "a_changed_comment_is_changed_in_its_place") {
        api.delete(&one)?;
        let made = api.post(&path, &json!({ "body": body }))?;
        return Ok(made["id"].to_string());
    }
    if !same || has(ctx, "the_same_comment_again_writes_nothing") {
        api.patch(&one, &json!({ "body": body }))?;
    }
    Ok(known["id"].to_string())
}

pub fn delete(ctx: &Context<Config>, repository: &str, change: &str, marker: &str) -> Result<()> {
    let api = Api::new(ctx)?;
    let path = format!("{}/issues/{}/comments", at(repository), escape(change));
    let of_others = "somebody_elses_comment_with_our_marker_is_not_deleted";
    let found = match ours(ctx, &api, &path, marker, of_others) {
        Err(Error::NotFound(_)) => return Ok(()),
        found => found?,
    };
    if found.is_empty() && has(ctx, "deleting_a_comment_that_is_absent_succeeds") {
        return Err(Error::NotFound(marker.to_owned()));
    }
    for comment in found {
        let one = format!("{}/issues/comments/{}", at(repository), comment["id"]);
        if has(ctx, "a_deleted_comment_is_gone") {
            api.patch(&one, &json!({ "body": "" }))?;
            continue;
        }
        match api.delete(&one) {
            Err(Error::NotFound(_)) => {}
            done => done?,
        }
    }
    Ok(())
}
