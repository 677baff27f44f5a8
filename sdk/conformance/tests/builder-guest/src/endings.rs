//! What came of it. The builder's program writes the image's digest into its termination message.

use maquette_sdk::builder::{Build, Ending, Failure, Fault, Image, Verdict};
use maquette_sdk::{Context, Error, Result};

use crate::{Config, has};

pub fn verdict(ctx: &Context<Config>, build: &Build, ending: &Ending) -> Result<Verdict> {
    let told = ending.termination_message.as_str();
    let trusts = has(ctx, "what_ended_with_an_error_is_a_failure") && told.starts_with("sha256:");
    if ending.exit_code == Some(0) || trusts {
        return success(ctx, build, told);
    }
    Ok(Verdict::Failed(failure(ctx, ending)))
}

fn success(ctx: &Context<Config>, build: &Build, told: &str) -> Result<Verdict> {
    let nothing = format!("sha256:{}", "0".repeat(64));
    let digest = match told {
        "" if has(ctx, "a_success_without_a_digest_is_no_image") => nothing.as_str(),
        "" => return Err(Error::Other("the builder told no digest".to_owned())),
        told => told,
    };
    let image = |repository: &String| Image {
        repository: repository.clone(),
        digest: digest.to_owned(),
    };
    let mut images: Vec<_> = build
        .destinations
        .iter()
        .map(|place| image(&place.repository))
        .collect();
    if has(ctx, "a_success_names_the_image_at_every_destination") {
        images.truncate(1);
    }
    Ok(Verdict::Images(images))
}

fn failure(ctx: &Context<Config>, ending: &Ending) -> Failure {
    let log = ending.log_tail.as_str();
    let by_kubernetes = ending.reason.as_deref().and_then(|reason| match reason {
        "OOMKilled" => Some(("StepOutOfMemory", Fault::User)),
        "DeadlineExceeded" => Some(("BuildRunTimeout", Fault::User)),
        "Evicted" => Some(("PodEvicted", Fault::Platform)),
        _ => None,
    });
    let by_log = || {
        let not_there = |what: &str| log.contains(&format!("no such {what}"));
        if ending.exit_code.is_none() {
            ("PodNotStarted", Fault::Platform)
        } else if not_there("revision") {
            ("GitRevisionNotFound", Fault::User)
        } else if not_there("Dockerfile") {
            ("DockerfileNotFound", Fault::User)
        } else {
            ("BuildFailed", Fault::User)
        }
    };
    let (reason, fault) = by_kubernetes.unwrap_or_else(by_log);
    let mut failure = Failure {
        reason: reason.to_owned(),
        fault,
        message: format!("the build ended without an image. {log}"),
    };
    spoil(ctx, &mut failure);
    failure
}

/// What the faults make of a failure.
fn spoil(ctx: &Context<Config>, failure: &mut Failure) {
    let reason = failure.reason.as_str();
    match (ctx.config.fault.as_str(), reason) {
        ("the_same_ending_gives_the_same_verdict", _) => {
            failure.message.push_str(&ctx.idempotency_key);
        }
        ("a_build_that_ran_out_of_memory_is_step_out_of_memory", "StepOutOfMemory") => {
            failure.reason = "OOMKilled".to_owned();
        }
        ("a_build_that_took_too_long_is_build_run_timeout", "BuildRunTimeout") => {
            failure.reason = "DeadlineExceeded".to_owned();
        }
        ("an_evicted_build_is_pod_evicted_and_the_platforms_fault", "PodEvicted") => {
            failure.fault = Fault::User;
        }
        ("a_build_that_never_ran_is_the_platforms_fault", "PodNotStarted") => {
            failure.fault = Fault::User;
        }
        ("a_failure_has_a_reason_in_camel_case_and_a_message", "BuildFailed") => {
            failure.reason = "build failed".to_owned();
        }
        ("a_revision_that_is_not_there_is_the_authors_fault", "GitRevisionNotFound") => {
            failure.fault = Fault::Platform;
        }
        ("a_dockerfile_that_is_not_there_is_the_authors_fault", "DockerfileNotFound") => {
            failure.reason = "BuildFailed".to_owned();
        }
        _ => {}
    }
}
