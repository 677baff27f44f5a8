//! The order of an update: nothing that depends on a Job is updated before the Job has completed again.

use super::*;

/// The components as they were created from this spec, all of them ready and the Job completed.
pub(super) fn running(spec: &Workspace, mut observed: Observed) -> Observed {
    for name in ["redis", "migrate", "web"] {
        let more: &[&str] = if name == "migrate" {
            &["Completed"]
        } else {
            &[]
        };
        with(&mut observed, name, Some(&Verdict::ready("")), more);
        let desired = plan(spec, &observed)
            .apply
            .into_iter()
            .find(|object| object.key.name == format!("shop-{name}"))
            .unwrap();
        change(&mut observed, name, |component| {
            component.spec = serde_json::from_value(desired.object()["spec"].clone()).unwrap();
        });
    }
    observed
}

fn change(observed: &mut Observed, name: &str, change: impl FnOnce(&mut Component)) {
    let mut component = observed.components[name].as_ref().clone();
    change(&mut component);
    observed
        .components
        .insert(name.to_owned(), Arc::new(component));
}

fn set_image(workspace: &mut Workspace, index: usize, image: &str) {
    let template = &mut workspace.spec.components[index].spec.template.0;
    template["containers"][0]["image"] = json!(image);
}

fn components(plan: &Plan<Infallible>) -> Vec<String> {
    let names = names(plan).into_iter();
    names
        .filter_map(|name| name.strip_prefix("Component shop-").map(str::to_owned))
        .collect()
}

#[test]
fn an_update_of_a_job_and_of_what_depends_on_it_updates_the_job_first() {
    let mut observed = running(&shop(), around());
    let mut update = shop();
    set_image(&mut update, 1, "migrate:2");
    set_image(&mut update, 2, "web:2");
    assert_eq!(components(&plan(&update, &observed)), ["redis", "migrate"]);
    let report = status(&update, &observed, &Results::default(), now()).status;
    assert_eq!(
        (
            report.components[2].reason.as_str(),
            report.components[2].message.as_str()
        ),
        (
            "WaitingForDependency",
            "waits for migrate to be Completed before it is updated"
        )
    );

    // The Job's component has the new spec, and nothing was said of it yet.
    change(&mut observed, "migrate", |component| {
        component.metadata.generation = Some(2);
        component.spec.template.0["containers"][0]["image"] = json!("migrate:2");
    });
    assert_eq!(components(&plan(&update, &observed)), ["redis", "migrate"]);
    // It runs again.
    let again = Verdict::progressing("Progressing", "it runs");
    let set = |observed: &mut Observed, verdict: &Verdict, completed: bool| {
        change(observed, "migrate", |component| {
            let mut conditions = verdict.conditions(&[], Some(2), now());
            let of = maquette_api::condition::condition;
            conditions.push(of(&[], "Completed", completed, "R", "", Some(2), now()));
            component.status = Some(maquette_api::ComponentStatus {
                observed_generation: Some(2),
                conditions,
                ..Default::default()
            });
        });
    };
    set(&mut observed, &again, false);
    assert_eq!(components(&plan(&update, &observed)), ["redis", "migrate"]);
    set(&mut observed, &Verdict::ready(""), true);
    assert_eq!(
        components(&plan(&update, &observed)),
        ["redis", "migrate", "web"]
    );
}

#[test]
fn an_update_of_something_else_does_not_wait() {
    let observed = running(&shop(), around());
    let mut update = shop();
    set_image(&mut update, 2, "web:2");
    assert_eq!(
        components(&plan(&update, &observed)),
        ["redis", "migrate", "web"]
    );
}
