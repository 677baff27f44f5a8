//! What is said of commits: statuses and deployments.

use maquette_sdk::source::{Deployment, Outcome, Status};
use maquette_sdk::{Context, Error, Result};
use serde_json::{Value, json};

use crate::api::Api;
use crate::{Config, at, has};

pub fn status(ctx: &Context<Config>, repository: &str, status: &Status) -> Result<()> {
    let api = Api::new(ctx)?;
    let state = match status.outcome {
        Outcome::Pending | Outcome::Running => "pending",
        Outcome::Failure if has(ctx, "waiting_done_and_failed_are_told_apart") => "error",
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Error => "error",
        Outcome::Cancelled => "warning",
    };
    let mut name = status.name.clone();
    let mut wanted = json!({
        "status": state, "context": name, "description": status.description, "target_url": status.url,
    });
    match ctx.config.fault.as_str() {
        "a_status_is_written_as_it_was_asked_for" => wanted["target_url"] = Value::Null,
        "a_description_of_140_characters_is_kept" => {
            let start: String = status.description.chars().take(100).collect();
            wanted["description"] = json!(start);
        }
        _ => {}
    }
    let all = api.all(&format!(
        "{}/commits/{}/statuses",
        at(repository),
        status.of.sha
    ))?;
    // The newest comes first.
    let known = all.iter().find(|known| known["context"] == name);
    if known == Some(&wanted) && !has(ctx, "the_same_status_again_writes_nothing") {
        return Ok(());
    }
    if known.is_some() && has(ctx, "a_status_is_replaced_by_the_next_of_its_name") {
        // Beside what is there.
        name.push_str(" again");
    }
    let path = format!("{}/statuses/{}", at(repository), status.of.sha);
    let body = |name: &Value, state: &str| {
        json!({
            "state": state, "context": name,
            "description": wanted["description"], "target_url": wanted["target_url"],
        })
    };
    api.post(&path, &body(&json!(name), state))?;
    if has(ctx, "statuses_of_other_names_stay") {
        for other in all.iter().filter(|other| other["context"] != name) {
            api.post(&path, &body(&other["context"], "pending"))?;
        }
    }
    Ok(())
}

pub fn deployment(ctx: &Context<Config>, repository: &str, wanted: &Deployment) -> Result<String> {
    let api = Api::new(ctx)?;
    let state = match wanted.outcome {
        Outcome::Pending => "queued",
        Outcome::Running => "in_progress",
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Error => "error",
        Outcome::Cancelled => "inactive",
    };
    let url = wanted
        .url
        .as_ref()
        .filter(|_| !has(ctx, "a_deployment_is_written_as_it_was_asked_for"));
    let said = json!({ "state": state, "environment_url": url, "log_url": wanted.log_url });
    let all = format!("{}/deployments", at(repository));
    let environment = maquette_sdk::http::escape(&wanted.environment);
    let found = api.all(&format!(
        "{all}?sha={}&environment={environment}",
        wanted.of.sha
    ))?;
    let mut known = found.first().cloned();
    if let Some(deployment) = &known {
        let statuses = api.page(&format!("{all}/{}/statuses", deployment["id"]))?;
        let same = statuses.items.first() == Some(&said);
        if same && !has(ctx, "the_same_deployment_again_writes_nothing") {
            return Ok(deployment["id"].to_string());
        }
        if wanted.outcome == Outcome::Success
            && !same
            && has(ctx, "a_deployment_goes_on_in_its_environment")
        {
            known = None;
        }
    }
    let known = match known {
        Some(known) => known,
        None => api.post(
            &all,
            &json!({ "ref": wanted.of.sha, "environment": wanted.environment }),
        )?,
    };
    api.post(&format!("{all}/{}/statuses", known["id"]), &said)?;
    Ok(known["id"].to_string())
}

pub fn no_deployment(ctx: &Context<Config>, repository: &str, environment: &str) -> Result<()> {
    if has(ctx, "a_deleted_deployment_runs_nowhere") {
        return Ok(());
    }
    let api = Api::new(ctx)?;
    let all = format!("{}/deployments", at(repository));
    let environment = maquette_sdk::http::escape(environment);
    let found = api.all(&format!("{all}?environment={environment}"))?;
    if found.is_empty() && has(ctx, "deleting_a_deployment_that_is_absent_succeeds") {
        return Err(Error::NotFound(environment));
    }
    let gone = json!({ "state": "inactive" });
    let mut found = found.iter();
    found.try_for_each(|known| {
        let path = format!("{all}/{}/statuses", known["id"]);
        api.post(&path, &gone).map(drop)
    })
}
