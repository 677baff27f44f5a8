//! The results. The builder's program writes the image's digest into its termination message.

use maquette_sdk::builder::{Build, Ended, Ending, Failure, Fault, Verdict};
use maquette_sdk::{Context, Error, Result};

use crate::{Config, has};

pub fn verdict(ctx: &Context<Config>, build: &Build, ending: &Ending) -> Result<Verdict> {
    let last = ending.containers.last();
    let told = last.map_or("", |it| it.termination_message.as_str());
    let trusts = has(ctx, "what_ended_with_an_error_is_a_failure") && told.starts_with("sha256:");
    if ending.failed().is_none() || trusts {
        return success(ctx, build, told);
    }
    let mut failure = ending.failure(other);
    spoil(ctx, &mut failure);
    Ok(Verdict::Failed(failure))
}

fn success(ctx: &Context<Config>, build: &Build, told: &str) -> Result<Verdict> {
    let nothing = format!("sha256:{}", "0".repeat(64));
    let digest = match told {
        "" if has(ctx, "a_success_without_a_digest_is_no_image") => nothing.as_str(),
        "" => return Err(Error::Other("the builder told no digest".to_owned())),
        told => told,
    };
    let mut verdict = build.images(digest);
    if let Verdict::Images(images) = &mut verdict
        && has(ctx, "a_success_names_the_image_at_every_destination")
    {
        images.truncate(1);
    }
    Ok(verdict)
}

fn other(failed: &Ended) -> (&'static str, Fault) {
    let not_there = |what: &str| failed.log_tail.contains(&format!("no such {what}"));
    if not_there("revision") {
        ("GitRevisionNotFound", Fault::User)
    } else if not_there("Dockerfile") {
        ("DockerfileNotFound", Fault::User)
    } else {
        ("BuildFailed", Fault::User)
    }
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
        ("an_evicted_build_is_pod_evicted_and_passes", "PodEvicted") => {
            failure.fault = Fault::User;
        }
        (
            "a_build_that_never_ran_is_not_the_authors_fault",
            "PodNotStarted" | "ImagePullFailed",
        ) => {
            failure.fault = Fault::User;
        }
        ("a_failure_names_the_container_that_failed", _) => failure.container = None,
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
