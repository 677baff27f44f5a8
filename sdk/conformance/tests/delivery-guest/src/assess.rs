//! How an application is: as the worst of its objects.

use maquette_sdk::Context;
use maquette_sdk::delivery::{App, Assessment, Health};
use serde_json::Value;

use crate::render::repository_name;
use crate::{Config, has};

pub fn assess(ctx: &Context<Config>, app: &App, objects: &[Value]) -> Assessment {
    let mut found = judge(ctx, app, objects);
    spoil(ctx, objects, &mut found);
    found
}

fn say(health: Health, reason: &str, message: &str) -> Assessment {
    Assessment::new(health, reason, message)
}

fn judge(ctx: &Context<Config>, app: &App, objects: &[Value]) -> Assessment {
    let any_name = has(ctx, "what_another_application_has_is_not_its_own");
    let find = |kind: &str, name: &str| {
        objects.iter().find(|object| {
            let place = &object["metadata"];
            object["kind"] == kind
                && (any_name || (place["name"] == name && place["namespace"] == app.namespace))
        })
    };
    let repository = find("Repository", &repository_name(ctx, app));
    let Some(release) = find("Release", &app.name) else {
        return missing(ctx, objects);
    };
    let in_part = has(ctx, "what_is_missing_in_part_is_progressing");
    if repository.is_none() && !in_part {
        return missing(ctx, objects);
    }
    let alone = has(
        ctx,
        "one_object_that_is_not_well_keeps_the_application_from_being_healthy",
    );
    let states = [Some(release), repository.filter(|_| !alone)]
        .into_iter()
        .flatten();
    let states: Vec<Health> = states.map(|object| state(ctx, object)).collect();
    let worst = [
        Health::Degraded,
        Health::Suspended,
        Health::Unknown,
        Health::Progressing,
        Health::Healthy,
    ];
    let health = worst.into_iter().find(|health| states.contains(health));
    let mut found = match health.unwrap_or(Health::Progressing) {
        Health::Degraded => say(Health::Degraded, "Failed", "the engine needs help"),
        Health::Suspended => say(Health::Suspended, "Paused", "somebody stopped it"),
        Health::Progressing => say(Health::Progressing, "Working", "the engine works on it"),
        Health::Unknown => say(Health::Unknown, "Unreachable", "the engine cannot tell"),
        Health::Healthy => say(Health::Healthy, "Ready", "it is what it shall be"),
    };
    found.revision = release["status"]["revision"].as_str().map(str::to_owned);
    found
}

fn missing(ctx: &Context<Config>, objects: &[Value]) -> Assessment {
    if objects.is_empty() && has(ctx, "what_is_missing_is_progressing_and_says_so") {
        return say(Health::Degraded, "Missing", "it is not there");
    }
    say(
        Health::Progressing,
        "Missing",
        "its objects are not all there yet",
    )
}

fn state(ctx: &Context<Config>, object: &Value) -> Health {
    let status = &object["status"];
    if status.is_null() && has(ctx, "what_the_engine_has_not_looked_at_is_progressing") {
        return Health::Healthy;
    }
    let late = status["observedGeneration"] != object["metadata"]["generation"];
    let trusts = has(ctx, "what_changed_since_the_engine_looked_is_progressing");
    if status.is_null() || (late && !trusts) {
        return Health::Progressing;
    }
    match status["phase"].as_str() {
        Some("Ready") => Health::Healthy,
        Some("Failed") => Health::Degraded,
        Some("Paused") => Health::Suspended,
        Some("Unknown") => Health::Unknown,
        _ => Health::Progressing,
    }
}

/// What the faults make of an assessment.
fn spoil(ctx: &Context<Config>, objects: &[Value], found: &mut Assessment) {
    let is_of_first = objects
        .first()
        .is_some_and(|object| object["kind"] == "Release");
    match (ctx.config.fault.as_str(), found.health) {
        ("what_the_engine_finds_healthy_is_healthy", Health::Healthy)
        | ("what_the_engine_cannot_bring_about_is_degraded", Health::Degraded)
        | ("what_was_stopped_on_purpose_is_suspended", Health::Suspended)
        | ("what_the_engine_cannot_tell_is_unknown", Health::Unknown) => {
            found.health = Health::Progressing;
        }
        ("what_the_engine_still_works_on_is_progressing", Health::Progressing)
            if found.reason == "Working"
                && objects
                    .iter()
                    .all(|object| object["status"]["phase"] == "Working") =>
        {
            found.health = Health::Degraded;
        }
        ("the_revision_that_runs_is_told", _) => found.revision = None,
        ("the_same_objects_give_the_same_assessment", _) => {
            found.message.push_str(&ctx.idempotency_key);
        }
        ("the_order_of_objects_changes_nothing", _) if is_of_first => {
            found.reason = "ReleaseFirst".to_owned();
        }
        ("every_assessment_has_a_reason_in_camel_case_and_a_message", Health::Healthy) => {
            found.reason = "all is well".to_owned();
        }
        _ => {}
    }
}
