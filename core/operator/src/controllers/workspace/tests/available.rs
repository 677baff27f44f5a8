//! What is outside of the workspace and not available: it may be there a moment later.

use super::*;

fn missing() -> Observed {
    let mut observed = around();
    observed.gateway = Some(Err(GatewayProblem::Missing(Key::new("infra", "shared"))));
    observed
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The workspace after a report at this second, and what it said.
fn after(workspace: &Workspace, observed: &Observed, second: i64) -> (Workspace, String, String) {
    let report = status(workspace, observed, &Results::default(), at(second));
    let said = format!("{:?}", report.status.phase);
    let mut next = workspace.clone();
    next.status = Some(report.status);
    (next, said, report.verdict.reason.to_owned())
}

#[test]
fn what_is_not_there_yet_is_waited_for_a_minute_and_is_a_failure_then() {
    let mut new = shop();
    new.status = None;
    let (waiting, phase, reason) = after(&new, &missing(), 1000);
    assert_eq!(
        (phase.as_str(), reason.as_str()),
        ("Deploying", "GatewayNotReady")
    );
    let decision = decided(&waiting, &missing());
    let plan = super::super::plan::plan(&waiting, &decision, at(1020));
    assert_eq!(plan.again_in, Some(std::time::Duration::from_secs(40)));
    let (waiting, phase, _) = after(&waiting, &missing(), 1059);
    assert_eq!(phase, "Deploying");
    let (failed, phase, _) = after(&waiting, &missing(), 1061);
    assert_eq!(phase, "Failed");
    let (failed, phase, _) = after(&failed, &missing(), 2000);
    assert_eq!(phase, "Failed");
    let (there, phase, _) = after(&failed, &around(), 2001);
    assert_eq!(phase, "Deploying");
    let (_, phase, _) = after(&there, &missing(), 3000);
    assert_eq!(phase, "Deploying");
}

#[test]
fn a_ready_workspace_does_not_fail_in_a_short_absence() {
    let mut ready = shop();
    ready.status.as_mut().unwrap().phase = maquette_api::workspace::Phase::Ready;
    let (_, phase, reason) = after(&ready, &missing(), 1000);
    assert_eq!(
        (phase.as_str(), reason.as_str()),
        ("Degraded", "GatewayNotReady")
    );
}

#[test]
fn a_mistake_in_the_spec_is_told_at_once() {
    let mut wrong = shop();
    wrong.spec.networking.as_mut().unwrap().routes[0].path = Some("${workspace::nothing}".into());
    assert_eq!(after(&wrong, &around(), 1000).1, "Failed");
}
