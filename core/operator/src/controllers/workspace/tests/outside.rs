//! Components that depend on objects outside of the workspace.

use super::*;
use crate::controllers::depends::Dependee;
use maquette_api::DependencyKind;

fn client() -> Workspace {
    workspace(json!({
        "components": [{
            "name": "web",
            "dependsOn": [{ "kind": "Component", "name": "shared-migrate", "condition": "Completed" }],
            "template": { "containers": [{ "name": "web", "env": [
                { "name": "API", "value": "${outputs::Workspace.shared.url}/v1" },
            ] }] },
        }],
    }))
}

fn dependee(holds: &[&str], outputs: &[(&str, &str)]) -> Dependee {
    let text = |text: &str| text.to_owned();
    Dependee {
        exists: true,
        holds: holds.iter().copied().map(text).collect(),
        outputs: outputs
            .iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect(),
    }
}

fn web(observed: &Observed) -> (String, Vec<String>) {
    let report = status(&client(), observed, &Results::default(), now());
    let message = report.status.components[0].message.clone();
    (message, names(&plan(&client(), observed)))
}

#[test]
fn a_component_is_created_when_objects_of_other_kinds_are_as_it_needs_them() {
    let mut observed = Observed::default();
    assert_eq!(
        web(&observed).0,
        "waits for Component shared-migrate, which does not exist and Workspace shared, which does not exist"
    );
    let migrate = (DependencyKind::Component, "shared-migrate".to_owned());
    let shared = (DependencyKind::Workspace, "shared".to_owned());
    let url = [("url", "https://shared.test")];
    observed
        .outside
        .insert(migrate.clone(), dependee(&["Ready"], &[]));
    observed.outside.insert(shared, dependee(&["Ready"], &url));
    assert_eq!(
        web(&observed),
        (
            "waits for Component shared-migrate to be Completed".into(),
            Vec::new()
        )
    );
    observed
        .outside
        .insert(migrate, dependee(&["Completed"], &[]));
    let plan = plan(&client(), &observed);
    assert_eq!(names(&plan), ["Component shop-web"]);
    let value = plan.apply[0]
        .object()
        .pointer("/spec/template/containers/0/env/0/value");
    assert_eq!(value, Some(&json!("https://shared.test/v1")));
}

#[test]
fn an_output_that_an_object_does_not_have_is_waited_for_by_name() {
    let mut observed = Observed::default();
    let migrate = (DependencyKind::Component, "shared-migrate".to_owned());
    let shared = (DependencyKind::Workspace, "shared".to_owned());
    observed
        .outside
        .insert(migrate, dependee(&["Completed"], &[]));
    observed.outside.insert(shared, dependee(&["Ready"], &[]));
    assert_eq!(
        web(&observed),
        (
            "waits for the output url of Workspace shared".into(),
            Vec::new()
        )
    );
}

#[test]
fn an_unknown_kind_in_a_reference_is_named_with_the_nearest() {
    let mut client = client();
    let env = "${outputs::Workspaces.shared.url}";
    client.spec.components[0].spec.template.0["containers"][0]["env"][0]["value"] = json!(env);
    let error = Spec::of(&client).unwrap_err();
    assert_eq!(error.reason, "UnknownReference");
    assert!(
        error.message.contains("outputs::Workspace."),
        "{}",
        error.message
    );
}

#[test]
fn a_component_does_not_wait_for_its_own_workspace_or_for_a_component_of_it() {
    let refused = |env: &str| {
        let mut client = client();
        let container = &mut client.spec.components[0].spec.template.0["containers"][0];
        container["env"][0]["value"] = json!(env);
        Spec::of(&client).unwrap_err()
    };
    for env in [
        "${outputs::Workspace.shop.url}",
        "${outputs::Component.shop-web.host}",
    ] {
        let error = refused(env);
        assert_eq!(error.reason, "DependencyCycle", "{env}");
        assert!(
            error.message.contains("belongs to this workspace"),
            "{}",
            error.message
        );
    }
}

#[test]
fn a_change_of_a_component_that_runs_waits_visibly_for_an_output_that_is_gone() {
    let mut observed = Observed::default();
    let migrate = (DependencyKind::Component, "shared-migrate".to_owned());
    let shared = (DependencyKind::Workspace, "shared".to_owned());
    let url = [("url", "https://shared.test")];
    observed
        .outside
        .insert(migrate, dependee(&["Completed"], &[]));
    observed
        .outside
        .insert(shared.clone(), dependee(&["Ready"], &url));
    let desired = plan(&client(), &observed).apply.remove(0);
    let mut live: Component = serde_json::from_value(desired.object().clone()).unwrap();
    live.metadata.generation = Some(1);
    let ready = Verdict::ready("1/1 pods ready").conditions(&[], Some(1), now());
    live.status = Some(maquette_api::ComponentStatus {
        observed_generation: Some(1),
        conditions: ready,
        ..Default::default()
    });
    observed.components.insert("web".to_owned(), Arc::new(live));
    observed.outside.remove(&shared);
    let summary = |workspace: &Workspace| {
        let report = status(workspace, &observed, &Results::default(), now());
        let summary = &report.status.components[0];
        (summary.ready, summary.message.clone())
    };
    assert_eq!(summary(&client()), (true, String::new()));
    let mut changed = client();
    changed.spec.components[0].spec.template.0["containers"][0]["image"] = json!("web:2");
    let waits = "waits for the output url of Workspace shared before it is updated";
    assert_eq!(summary(&changed), (false, waits.into()));
}
