//! A Job runs once for each template of its user.

use super::*;
use crate::controllers::component::{TEMPLATE_HASH_ANNOTATION, plan::keep, template_hash};
use maquette_api::{
    component::COMPLETED,
    condition::{READY, holds},
};

fn complete() -> Value {
    json!({ "conditions": [{ "type": "Complete", "status": "True" }] })
}

/// The component with the status that it has once its Job has completed.
fn completed(component: &Component) -> Component {
    let observed = with(live(component, complete()), vec![]);
    let mut component = component.clone();
    component.status = Some(reported(&component, &observed).status);
    component
}

#[test]
fn a_job_that_has_completed_and_was_deleted_does_not_run_again() {
    let job = completed(&job("migrate:1"));
    let observed = Observed::default();
    assert_eq!(names(&planned(&job, &observed)), Vec::<String>::new());
    let status = reported(&job, &observed).status;
    assert!(holds(&status.conditions, COMPLETED) && holds(&status.conditions, READY));
}

#[test]
fn a_job_that_has_not_completed_and_was_deleted_runs_again() {
    let job = job("migrate:1");
    let running = with(live(&job, json!({})), vec![]);
    let mut job = job;
    job.status = Some(reported(&job, &running).status);
    assert_eq!(
        names(&planned(&job, &Observed::default())),
        ["apply Job shop-web"]
    );
}

#[test]
fn a_job_stays_when_only_the_operator_and_the_cluster_change() {
    let job = job("migrate:1");
    for status in [json!({}), complete()] {
        let mut observed = with(live(&job, status), vec![]);
        observed.restricted = true;
        let mut job = job.clone();
        job.metadata
            .labels
            .as_mut()
            .unwrap()
            .insert("team".into(), "a".into());
        job.metadata.annotations = Some([("look".into(), "1".into())].into());
        job.spec.networks =
            serde_json::from_value(json!([{ "name": "http", "port": 80 }])).unwrap();
        let plan = keep(&job, &observed, Defaults::NEXT);
        assert_eq!(names(&plan), ["apply Service shop-web"]);
    }
}

#[test]
fn a_job_stays_when_a_value_changes_that_the_workspace_does_not_determine() {
    let with_url = |url: &str| {
        let mut job = job("migrate:1");
        job.spec.template.0["containers"][0]["env"] = json!([{ "name": "URL", "value": url }]);
        job.metadata.annotations = Some([(TEMPLATE_HASH_ANNOTATION.into(), "same".into())].into());
        job
    };
    let job = completed(&with_url("http://shop.test"));
    let mut changed = with_url("https://shop.test");
    changed.status = job.status;
    let observed = with(live(&with_url("http://shop.test"), complete()), vec![]);
    assert_eq!(names(&planned(&changed, &observed)), Vec::<String>::new());
    assert!(holds(
        &reported(&changed, &observed).status.conditions,
        COMPLETED
    ));
}

#[test]
fn a_job_with_another_template_is_replaced_and_is_not_completed_until_it_has_run() {
    let first = completed(&job("migrate:1"));
    let old = live(&first, complete());
    let mut second = job("migrate:2");
    second.status = first.status.clone();
    let is_completed = |observed: &Observed| {
        let status = reported(&second, observed).status;
        assert_eq!(
            holds(&status.conditions, COMPLETED),
            status.completed_template == Some(template_hash(&second))
        );
        holds(&status.conditions, COMPLETED)
    };
    // The old one is deleted, and the new one is created when it is gone.
    let observed = with(old.clone(), vec![]);
    assert_eq!(names(&planned(&second, &observed)), ["delete Job shop-web"]);
    assert!(!is_completed(&observed));
    let observed = with((Kind::Job, super::deleted(&old.1)), vec![]);
    assert_eq!(names(&planned(&second, &observed)), Vec::<String>::new());
    assert!(!is_completed(&observed));
    let observed = Observed::default();
    assert_eq!(names(&planned(&second, &observed)), ["apply Job shop-web"]);
    assert!(!is_completed(&observed));
    assert!(!is_completed(&with(live(&second, json!({})), vec![])));
    assert!(is_completed(&with(live(&second, complete()), vec![])));
}

#[test]
fn a_change_that_is_taken_back_before_it_ran_does_not_run_the_job_again() {
    let first = completed(&job("migrate:1"));
    let failed = live(
        &job("migrate:2"),
        json!({ "conditions": [{ "type": "Failed", "status": "True" }] }),
    );
    let observed = with(failed, vec![]);
    assert_eq!(names(&planned(&first, &observed)), ["delete Job shop-web"]);
    assert_eq!(
        names(&planned(&first, &Observed::default())),
        Vec::<String>::new()
    );
    assert!(holds(
        &reported(&first, &Observed::default()).status.conditions,
        COMPLETED
    ));
}
