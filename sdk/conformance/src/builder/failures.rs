//! A failure says what happened in Shipwright's vocabulary (<https://shipwright.io/docs/build/buildrun/>), and whose fault
//! it is.

use maquette_host::kinds::builder::{Ending, Failure as Failed, Fault};

use super::bench::Bench;
use crate::suite::{Failure, Outcome, keep};
use crate::texts::is_camel_case;

fn is_called(failed: &Failed, reason: &str) -> Outcome {
    keep!(
        failed.reason == reason,
        "its reason is `{}` and not `{reason}`",
        failed.reason
    );
    Ok(())
}

fn is_fault_of(failed: &Failed, fault: Fault) -> Outcome {
    keep!(
        failed.fault == fault,
        "`{}` is said to be the fault of {:?}",
        failed.reason,
        failed.fault
    );
    Ok(())
}

/// As Kubernetes says: `OOMKilled`.
pub(super) async fn a_build_that_ran_out_of_memory_is_step_out_of_memory(bench: &Bench) -> Outcome {
    let ending = bench.ended(Some(137), Some("OOMKilled"), "").await?;
    is_called(&bench.failure(&ending).await?, "StepOutOfMemory")
}

/// As Kubernetes says of the pod: `DeadlineExceeded`, whether the container still ended or not.
pub(super) async fn a_build_that_took_too_long_is_build_run_timeout(bench: &Bench) -> Outcome {
    for code in [None, Some(143)] {
        let ending = bench.stopped(code, "DeadlineExceeded").await?;
        is_called(&bench.failure(&ending).await?, "BuildRunTimeout")?;
    }
    Ok(())
}

/// As Kubernetes says of the pod: `Evicted`, whether the container still ended or not. The host tries again.
pub(super) async fn an_evicted_build_is_pod_evicted_and_passes(bench: &Bench) -> Outcome {
    for code in [None, Some(137)] {
        let failed = bench
            .failure(&bench.stopped(code, "Evicted").await?)
            .await?;
        is_called(&failed, "PodEvicted")?;
        is_fault_of(&failed, Fault::Passing)?;
    }
    Ok(())
}

/// The author's code was not even looked at.
pub(super) async fn a_build_that_never_ran_is_not_the_authors_fault(bench: &Bench) -> Outcome {
    for reason in [None, Some("ImagePullBackOff")] {
        let mut ending = bench.ended(None, reason, "").await?;
        // None of its containers ran.
        for container in &mut ending.containers {
            (container.exit_code, container.reason) = (None, reason.map(str::to_owned));
        }
        let failed = bench.failure(&ending).await?;
        keep!(
            failed.fault != Fault::User,
            "`{}` is said to be the fault of the author",
            failed.reason
        );
    }
    Ok(())
}

/// So that its log can be shown: the first that did not end well, whichever it is.
pub(super) async fn a_failure_names_the_container_that_failed(bench: &Bench) -> Outcome {
    let whole = bench.ended(Some(1), None, "error: it did not work").await?;
    for failed in 0..whole.containers.len() {
        let mut ending = whole.clone();
        let mut name = String::new();
        for (number, container) in ending.containers.iter_mut().enumerate() {
            container.exit_code = match number {
                number if number < failed => Some(0),
                number if number == failed => Some(1),
                _ => None,
            };
            if number == failed {
                name.clone_from(&container.name);
            }
        }
        let told = bench.failure(&ending).await?.container;
        keep!(
            told.as_ref() == Some(&name),
            "the container `{name}` failed, and {told:?} is named"
        );
    }
    Ok(())
}

/// Also where the log is empty.
pub(super) async fn a_failure_has_a_reason_in_camel_case_and_a_message(bench: &Bench) -> Outcome {
    for log in ["error: it did not work", ""] {
        let ending = bench.ended(Some(1), None, log).await?;
        let failed = bench.failure(&ending).await?;
        keep!(
            is_camel_case(&failed.reason),
            "the reason `{}` is not in CamelCase",
            failed.reason
        );
        keep!(!failed.message.trim().is_empty(), "there is no message");
    }
    Ok(())
}

async fn known(bench: &Bench, ending: Option<&Ending>, what: &str, reason: &str) -> Outcome {
    let Some(ending) = ending else {
        return Err(Failure::NotShown(format!(
            "the subject does not say how a build ends of which the {what}, or declare it unsupported"
        )));
    };
    let failed = bench.failure(ending).await?;
    is_called(&failed, reason)?;
    is_fault_of(&failed, Fault::User)
}

/// `GitRevisionNotFound`: somebody pushed over it.
pub(super) async fn a_revision_that_is_not_there_is_the_authors_fault(bench: &Bench) -> Outcome {
    let what = "revision is not in the repository; give `no-revision`";
    let ending = bench.target.no_revision.as_ref();
    known(bench, ending, what, "GitRevisionNotFound").await
}

/// `DockerfileNotFound`.
pub(super) async fn a_dockerfile_that_is_not_there_is_the_authors_fault(bench: &Bench) -> Outcome {
    let what = "Dockerfile is not in the folder; give `no-dockerfile`";
    let ending = bench.target.no_dockerfile.as_ref();
    known(bench, ending, what, "DockerfileNotFound").await
}
