//! A failure says what happened in Shipwright's vocabulary (<https://shipwright.io/docs/build/buildrun/>), and whose fault
//! it is.

use maquette_host::kinds::builder::{Ending, Failure as Failed, Fault};

use super::bench::{Bench, ending};
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
    let failed = bench
        .failure(&ending(Some(137), Some("OOMKilled"), ""))
        .await?;
    is_called(&failed, "StepOutOfMemory")
}

/// As Kubernetes says: `DeadlineExceeded`, whether the container still ended or not.
pub(super) async fn a_build_that_took_too_long_is_build_run_timeout(bench: &Bench) -> Outcome {
    for code in [None, Some(143)] {
        let failed = bench
            .failure(&ending(code, Some("DeadlineExceeded"), ""))
            .await?;
        is_called(&failed, "BuildRunTimeout")?;
    }
    Ok(())
}

/// As Kubernetes says: `Evicted`, whether the container still ended or not.
pub(super) async fn an_evicted_build_is_pod_evicted_and_the_platforms_fault(
    bench: &Bench,
) -> Outcome {
    for code in [None, Some(137)] {
        let failed = bench.failure(&ending(code, Some("Evicted"), "")).await?;
        is_called(&failed, "PodEvicted")?;
        is_fault_of(&failed, Fault::Platform)?;
    }
    Ok(())
}

/// The author's code was not even looked at.
pub(super) async fn a_build_that_never_ran_is_the_platforms_fault(bench: &Bench) -> Outcome {
    let failed = bench.failure(&ending(None, None, "")).await?;
    is_fault_of(&failed, Fault::Platform)
}

/// Also where the log is empty.
pub(super) async fn a_failure_has_a_reason_in_camel_case_and_a_message(bench: &Bench) -> Outcome {
    for log in ["error: it did not work", ""] {
        let failed = bench.failure(&ending(Some(1), None, log)).await?;
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
