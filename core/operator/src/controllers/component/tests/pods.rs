//! Pods: those of an old revision, and those that the deletion waits for.

use super::*;
use crate::engine::Finalizer;

fn set_status(generation: i64) -> Value {
    json!({ "observedGeneration": generation, "updateRevision": "new", "replicas": 1, "updatedReplicas": 0, "readyReplicas": 0 })
}

fn of_revision(pod: PodSummary, revision: &str) -> Arc<PodSummary> {
    let pod = controlled(pod, "StatefulSet", "w1");
    Arc::new(labeled(pod, "controller-revision-hash", revision))
}

#[test]
fn a_pod_of_an_old_revision_says_nothing_of_the_new_one() {
    let stuck = of_revision(pod(waiting("ImagePullBackOff", "not found"), None), "old");
    let set = stateful_set();
    let observed = with(live(&set, set_status(1)), vec![stuck]);
    assert_eq!(
        said(&set, &observed),
        ("Progressing".into(), "0/1 pods ready".into())
    );
}

#[test]
fn a_pod_of_an_old_replica_set_says_nothing_of_the_new_one() {
    let at = |pod: PodSummary, second: i64, hash: &str| {
        let mut pod = labeled(pod, "pod-template-hash", hash);
        pod.metadata.creation_timestamp = Some(Time(Timestamp::from_second(second).unwrap()));
        Arc::new(pod)
    };
    let crashing = pod(
        waiting("CrashLoopBackOff", ""),
        Some(ended(1, "Error", "old")),
    );
    let starting = pod(waiting("ContainerCreating", ""), None);
    let status = json!({ "observedGeneration": 1, "replicas": 2, "updatedReplicas": 1 });
    let observed = with(
        live(&simple(), status),
        vec![at(crashing, 1, "old"), at(starting, 2, "new")],
    );
    assert_eq!(said(&simple(), &observed).0, "Progressing");
}

fn going(mut component: Component) -> Component {
    component.metadata.deletion_timestamp = Some(Time(now()));
    component
}

#[test]
fn a_component_keeps_its_finalizer_until_its_workload_and_its_pods_are_gone() {
    let component = going(simple());
    let running = Arc::new(controlled(
        pod(ContainerState::Running, None),
        "ReplicaSet",
        "r1",
    ));
    let mut observed = with(live(&simple(), json!({})), vec![running]);
    let plan = planned(&component, &observed);
    assert_eq!(plan.finalizer, Finalizer::Keep);
    assert_eq!(names(&plan), ["delete Deployment shop-web"]);
    assert!(plan.delete[0].foreground);

    observed.workloads.clear();
    let mut last = (*observed.pods[0]).clone();
    last.metadata.deletion_timestamp = Some(Time(now()));
    observed.pods = vec![Arc::new(last)];
    let plan = planned(&component, &observed);
    assert_eq!((names(&plan), plan.finalizer), (vec![], Finalizer::Keep));
    assert_eq!(
        said(&component, &observed).1,
        "waiting for the deletion of its pods shop-web-1"
    );

    observed.pods.clear();
    assert_eq!(planned(&component, &observed).finalizer, Finalizer::Remove);
}

#[test]
fn a_workload_that_the_caches_do_not_hold_is_found_by_its_pods_and_deleted() {
    let component = going(simple());
    let plan = |pod: PodSummary| {
        let observed = Observed {
            pods: vec![Arc::new(pod)],
            ..Observed::default()
        };
        let plan = planned(&component, &observed);
        assert_eq!(plan.finalizer, Finalizer::Keep);
        plan
    };
    let running = || pod(ContainerState::Running, None);
    let of_replica_set = plan(controlled(running(), "ReplicaSet", "r1"));
    assert_eq!(names(&of_replica_set), ["apply Deployment shop-web"]);
    assert_eq!(
        of_replica_set.apply[0].object()["spec"]["replicas"],
        0,
        "the deletion of a component starts no pods"
    );
    for kind in ["StatefulSet", "Job"] {
        let plan = plan(controlled(running(), kind, "w9"));
        assert_eq!(names(&plan), [format!("delete {kind} shop-web")]);
        assert_eq!(plan.delete[0].uid, "w9");
    }
    assert_eq!(names(&plan(running())), ["delete Pod shop-web-1"]);
}
