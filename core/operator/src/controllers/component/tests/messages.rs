//! Reasons and messages.

use super::*;
use crate::controllers::component::words::{last_output, pull_error, scheduling_causes};
use maquette_api::component::STARTED;

/// A Deployment of which no pod is ready.
fn unready(component: &Component, pod: PodSummary) -> Observed {
    let status = json!({ "observedGeneration": 1, "updateRevision": "new", "updatedReplicas": 1, "replicas": 1 });
    with(live(component, status), vec![Arc::new(pod)])
}

fn said_of(pod: PodSummary) -> (String, String) {
    said(&simple(), &unready(&simple(), pod))
}

#[test]
fn a_crashing_container_is_explained_with_its_last_output_whether_it_waits_or_runs_again() {
    for state in [
        waiting("CrashLoopBackOff", "back-off 10s"),
        ContainerState::Running,
    ] {
        let ended = ended(1, "Error", "no such table: visits\n");
        assert_eq!(
            said_of(pod(state, Some(ended))),
            (
                "CrashLoop".into(),
                "container web of pod shop-web-1 ended with exit code 1 (CrashLoopBackOff); last output: no such table: visits".into()
            )
        );
    }
}

#[test]
fn a_program_that_ends_without_an_error_again_and_again_is_a_crash_loop() {
    let again = Some(ended(0, "Completed", ""));
    let (reason, message) = said_of(pod(waiting("CrashLoopBackOff", ""), again.clone()));
    assert_eq!(reason, "CrashLoop");
    assert!(
        message.contains("exit code 0") && message.contains("workload: Job"),
        "{message}"
    );
    assert!(message.contains("CrashLoopBackOff"), "{message}");
    // One end is not a loop, and nor is one of a program that is ready by now.
    assert_eq!(
        said_of(pod(ContainerState::Running, again.clone())).0,
        "Progressing"
    );
    let mut looping = pod(ContainerState::Running, again);
    looping.containers[0].restarts = 2;
    assert_eq!(said_of(looping).0, "CrashLoop");
}

#[test]
fn a_container_that_ended_has_not_started_except_in_a_job() {
    let ended = || pod(ContainerState::Terminated(ended(0, "Completed", "")), None);
    let starts = |component: &Component| {
        let status = reported(component, &unready(component, ended())).status;
        maquette_api::condition::holds(&status.conditions, STARTED)
    };
    assert!(!starts(&simple()));
    assert!(starts(&job("migrate:1")));
}

#[test]
fn messages_have_the_term_of_kubernetes() {
    let killed = Some(ended(137, "OOMKilled", ""));
    let cases = [
        (
            pod(waiting("ImagePullBackOff", ""), None),
            "ImagePullFailed",
            "ImagePullBackOff",
        ),
        (
            pod(waiting("ErrImagePull", ""), None),
            "ImagePullFailed",
            "ErrImagePull",
        ),
        (
            pod(waiting("InvalidImageName", ""), None),
            "ImagePullFailed",
            "InvalidImageName",
        ),
        (
            pod(waiting("CreateContainerConfigError", ""), None),
            "ContainerConfigError",
            "CreateContainerConfigError",
        ),
        (
            pod(
                ContainerState::Terminated(ended(128, "StartError", "no such file")),
                None,
            ),
            "ContainerConfigError",
            "StartError",
        ),
        (
            pod(ContainerState::Running, killed),
            "OutOfMemory",
            "OOMKilled",
        ),
    ];
    for (pod, reason, term) in cases {
        let (said, message) = said_of(pod);
        assert_eq!(said, reason);
        assert!(message.contains(term), "{message}");
    }
}

#[test]
fn a_message_does_not_change_between_two_attempts_to_pull_an_image() {
    let cause = "failed to resolve reference \"a:1\": not found";
    let between = format!("Back-off pulling image \"a:1\": ErrImagePull: {cause}");
    assert_eq!(pull_error(&between), cause);
    assert_eq!(
        said_of(pod(waiting("ErrImagePull", cause), None)),
        said_of(pod(waiting("ImagePullBackOff", &between), None))
    );
    assert_eq!(pull_error("Back-off pulling image \"a:1\""), "");
}

#[test]
fn a_message_does_not_change_with_the_number_of_nodes() {
    for nodes in [3, 4] {
        let text = format!(
            "0/{nodes} nodes are available: 1 node(s) had untolerated taint {{a: b}}, {} Insufficient memory. preemption: 0/{nodes} nodes are available: 1 Preemption is not helpful.",
            nodes - 1
        );
        assert_eq!(
            scheduling_causes(&text),
            "Insufficient memory, node(s) had untolerated taint {a: b}"
        );
    }
    assert_eq!(scheduling_causes("no claim"), "no claim");
}

#[test]
fn a_probe_that_fails_is_named() {
    let mut web = simple();
    web.spec.template.0["containers"][0]["readinessProbe"] =
        json!({ "httpGet": { "path": "/healthz", "port": 3000 } });
    let observed = unready(&web, pod(ContainerState::Running, None));
    assert_eq!(
        said(&web, &observed),
        (
            "Progressing".into(),
            "0/1 pods ready: container web of pod shop-web-1 runs, and its readiness probe (HTTP GET /healthz at port 3000) does not succeed".into()
        )
    );
}

#[test]
fn a_component_without_replicas_says_that_no_pod_runs() {
    let mut web = simple();
    web.spec.replicas = Some(0);
    let observed = with(live(&web, json!({ "observedGeneration": 1 })), vec![]);
    assert_eq!(
        said(&web, &observed),
        ("Ready".into(), "no pods run, because replicas is 0".into())
    );
}

#[test]
fn ready_is_what_the_controller_says_of_the_current_generation() {
    let ready = json!({ "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 });
    let observed = |status: &Value, generation| {
        let (kind, object) = live(&simple(), status.clone());
        let mut object = (*object).clone();
        object.metadata.generation = Some(generation);
        with((kind, Arc::new(object)), vec![])
    };
    assert_eq!(said(&simple(), &observed(&ready, 1)).1, "1/1 pods ready");
    assert_eq!(said(&simple(), &observed(&ready, 2)).0, "Progressing");
    let rolling = json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2 });
    assert_eq!(said(&simple(), &observed(&rolling, 1)).0, "Progressing");
}

#[test]
fn a_stateful_set_has_a_deadline_like_a_deployment() {
    let mut set = stateful_set();
    let observed = with(
        live(&set, json!({ "observedGeneration": 1, "replicas": 1 })),
        vec![],
    );
    set.status = Some(reported(&set, &observed).status);
    assert_eq!(
        planned(&set, &observed).again_in,
        Some(std::time::Duration::from_mins(10))
    );
    let later = Timestamp::from_second(601).unwrap();
    let report = status(&set, &observed, &Results::default(), later);
    assert_eq!(report.verdict.reason, "ProgressDeadlineExceeded");
    assert_eq!(plan(&set, &observed, later).again_in, None);
}

#[test]
fn a_long_message_is_cut() {
    let output = "ü".repeat(4000);
    assert!(last_output(&output).len() < 600);
    let (_, message) = said_of(pod(waiting("CreateContainerError", &output), None));
    assert!(message.len() <= 1024 && message.ends_with('…'), "{message}");
}
