//! Who waited for whom, from the timestamps that the objects carry.

use std::fmt::Write as _;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::{Resource, ResourceExt as _};
use maquette_api::component::{COMPLETED, STARTED};
use maquette_api::condition::{READY, find};
use maquette_api::{COMPONENT_LABEL, Component, DNSRecord, Workload, Workspace};
use maquette_api::{DependencyCondition, workspace::WorkspaceComponent};

/// One thing that happened. Objects carry whole seconds.
#[derive(Debug, PartialEq, Eq)]
struct Moment {
    second: i64,
    who: String,
    what: String,
}

/// The life of a workspace until Ready, one line per moment.
pub(crate) fn timeline(
    workspace: &Workspace,
    components: &[Component],
    records: &[DNSRecord],
    routes: &[kube::api::DynamicObject],
) -> String {
    let Some(start) = created(workspace) else {
        return String::new();
    };
    let mut moments = Vec::new();
    for spec in &workspace.spec.components {
        moments.extend(of_component(spec, components, start));
    }
    for route in routes {
        moments.extend(at(
            created(route),
            start,
            "route",
            format!("{} made", route.name_any()),
        ));
    }
    for record in records {
        let who = format!("{} {}", record.spec.name, record.spec.values.join(" "));
        moments.extend(at(created(record), start, "record", format!("{who} made")));
        let conditions = record
            .status
            .as_ref()
            .map_or(&[][..], |status| &status.conditions);
        moments.extend(at(
            since(conditions, READY),
            start,
            "record",
            format!("{who} Ready"),
        ));
    }
    // Stable: what happened within one second keeps the order in which it was added, causes before effects.
    moments.sort_by_key(|moment| moment.second);
    let status = workspace.status.as_ref();
    let url = status
        .and_then(|status| status.url.clone())
        .unwrap_or_default();
    let conditions = status.map_or(&[][..], |status| &status.conditions);
    moments.extend(at(
        since(conditions, READY),
        start,
        "workspace",
        format!("Ready {url}"),
    ));
    print(&moments)
}

fn print(moments: &[Moment]) -> String {
    let width = moments
        .iter()
        .map(|moment| moment.who.len())
        .max()
        .unwrap_or(0);
    moments
        .iter()
        .fold(String::new(), |mut text, Moment { second, who, what }| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {second:>3} s  {who:width$}  {what}");
            text
        })
}

fn of_component(spec: &WorkspaceComponent, components: &[Component], start: i64) -> Vec<Moment> {
    let Some(component) = named(components, &spec.name) else {
        return Vec::new();
    };
    let kind = spec.spec.workload.kind();
    let made = match waited(spec, components) {
        Some(cause) => format!("{kind} made, had waited for {cause}"),
        None => format!("{kind} made, waits for nothing"),
    };
    // A Job is done when it has completed; everything else is up when it is ready.
    let end = if spec.spec.workload == Workload::Job {
        COMPLETED
    } else {
        READY
    };
    let moments = [
        at(created(component), start, &spec.name, made),
        at(
            since(conditions(component), end),
            start,
            &spec.name,
            end.to_owned(),
        ),
    ];
    moments.into_iter().flatten().collect()
}

/// What held last of all that the component depends on.
fn waited(spec: &WorkspaceComponent, components: &[Component]) -> Option<String> {
    let held = spec.depends_on.iter().filter_map(|dependency| {
        let name = dependency.component.as_ref()?;
        let other = named(components, name)?;
        let wanted = match (dependency.condition, other.spec.workload) {
            (Some(DependencyCondition::Started), _) => STARTED,
            (Some(DependencyCondition::Completed), _) | (None, Workload::Job) => COMPLETED,
            (Some(DependencyCondition::Ready) | None, _) => READY,
        };
        let second = since(conditions(other), wanted)?;
        Some((second, format!("{name} to be {wanted}")))
    });
    held.max_by_key(|(second, _)| *second)
        .map(|(_, cause)| cause)
}

fn named<'a>(components: &'a [Component], name: &str) -> Option<&'a Component> {
    components.iter().find(|component| {
        component
            .labels()
            .get(COMPONENT_LABEL)
            .is_some_and(|label| label == name)
    })
}

fn conditions(component: &Component) -> &[Condition] {
    component
        .status
        .as_ref()
        .map_or(&[], |status| &status.conditions)
}

fn created(object: &impl Resource) -> Option<i64> {
    object
        .meta()
        .creation_timestamp
        .as_ref()
        .map(|Time(at)| at.as_second())
}

/// Since when a condition holds.
fn since(conditions: &[Condition], kind: &str) -> Option<i64> {
    let condition = find(conditions, kind).filter(|condition| condition.status == "True")?;
    Some(condition.last_transition_time.0.as_second())
}

fn at(second: Option<i64>, start: i64, who: &str, what: String) -> Option<Moment> {
    Some(Moment {
        second: second? - start,
        who: who.to_owned(),
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn meta(name: &str, second: u32) -> Value {
        json!({"name": name, "creationTimestamp": format!("2026-01-01T00:00:{second:02}Z"), "labels": {COMPONENT_LABEL: name}})
    }

    fn condition(kind: &str, second: u32) -> Value {
        json!([{"type": kind, "status": "True", "reason": "R", "message": "", "lastTransitionTime": format!("2026-01-01T00:00:{second:02}Z")}])
    }

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_timeline_names_what_each_component_waited_for() {
        let template = json!({"containers": [{"name": "c", "image": "i"}]});
        let workspace: Workspace = read(json!({
            "metadata": meta("shop", 0),
            "spec": {"components": [
                {"name": "redis", "workload": "StatefulSet", "template": template},
                {"name": "migrate", "workload": "Job", "dependsOn": [{"component": "redis"}], "template": template},
                {"name": "web", "dependsOn": [{"component": "redis", "condition": "Ready"}, {"component": "migrate"}], "template": template},
            ]},
            "status": {"url": "http://shop.preview.test", "conditions": condition("Ready", 9)},
        }));
        let component =
            |name: &str, workload: &str, made: u32, end: &str, ended: u32| -> Component {
                read(json!({
                    "metadata": meta(name, made),
                    "spec": {"workload": workload, "template": template},
                    "status": {"conditions": condition(end, ended)},
                }))
            };
        let components = [
            component("redis", "StatefulSet", 0, "Ready", 3),
            component("migrate", "Job", 3, "Completed", 5),
            component("web", "Deployment", 5, "Ready", 9),
        ];
        let record: DNSRecord = read(json!({
            "metadata": meta("shop", 1),
            "spec": {"provider": "p", "name": "shop.preview.test", "type": "A", "values": ["198.18.0.1"]},
            "status": {"conditions": condition("Ready", 2)},
        }));
        assert_eq!(
            timeline(&workspace, &components, &[record], &[]),
            "    0 s  redis      StatefulSet made, waits for nothing
    1 s  record     shop.preview.test 198.18.0.1 made
    2 s  record     shop.preview.test 198.18.0.1 Ready
    3 s  redis      Ready
    3 s  migrate    Job made, had waited for redis to be Ready
    5 s  migrate    Completed
    5 s  web        Deployment made, had waited for migrate to be Completed
    9 s  web        Ready
    9 s  workspace  Ready http://shop.preview.test
"
        );
    }
}
