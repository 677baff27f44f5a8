//! The rules for a pod template that a plugin plans. Pure.

use serde_json::Value;

/// Name of the container that builds.
const CONTAINER: &str = "build";
/// Volumes that the host supplies.
const VOLUMES: [&str; 6] = [
    "maquette-git",
    "maquette-registries",
    "maquette-secrets",
    "maquette-credentials",
    "maquette-files",
    "maquette-work",
];
/// What the names of all of them start with.
const RESERVED: &str = "maquette-";
/// Fields of a pod that the host alone sets, or that no build has.
const POD: [&str; 8] = [
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "nodeName",
    "resourceClaims",
    "serviceAccount",
    "serviceAccountName",
    "ephemeralContainers",
];
/// Fields of a container that reach something outside of the pod.
const OF_CONTAINERS: [&str; 3] = ["envFrom", "volumeDevices", "lifecycle"];

/// The fields of a template that the Provider has to grant; or the problem of one that cannot run at all.
pub(super) fn check(template: &str) -> Result<Vec<String>, String> {
    let template: Value =
        serde_json::from_str(template).map_err(|error| format!("it is no JSON: {error}"))?;
    let spec = template.get("spec").ok_or("it has no `spec`")?;
    if let Some(field) = POD.iter().find(|field| spec.get(**field).is_some()) {
        return Err(format!("a build has no `{field}`"));
    }
    let main = list(spec, "containers");
    if !main.iter().any(|container| name(container) == CONTAINER) {
        return Err(format!("there is no container `{CONTAINER}`"));
    }
    let own = own_volumes(spec)?;
    let mut privileges = security("spec", spec);
    for container in list(spec, "initContainers").iter().chain(main) {
        check_container(container, &own)?;
        privileges.extend(security(name(container), container));
    }
    Ok(privileges)
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    let items = object.get(field).and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

fn name(object: &Value) -> &str {
    object
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The names of the template's own volumes: empty folders.
fn own_volumes(spec: &Value) -> Result<Vec<&str>, String> {
    let volumes = list(spec, "volumes").iter();
    let checked = volumes.map(|volume| {
        let name = name(volume);
        let fields = volume.as_object().map_or(0, serde_json::Map::len);
        if name.starts_with(RESERVED) {
            Err(format!(
                "the host supplies the volume `{name}`; only mount it"
            ))
        } else if fields == 2 && volume.get("emptyDir").is_some() {
            Ok(name)
        } else {
            Err(format!(
                "the volume `{name}` is no empty folder (`emptyDir`)"
            ))
        }
    });
    checked.collect()
}

fn check_container(container: &Value, own: &[&str]) -> Result<(), String> {
    let called = name(container);
    let has_image = container
        .get("image")
        .and_then(Value::as_str)
        .is_some_and(|it| !it.is_empty());
    if called.is_empty() || !has_image {
        return Err(format!("the container `{called}` has no name or no image"));
    }
    if let Some(field) = OF_CONTAINERS
        .iter()
        .find(|field| container.get(**field).is_some())
    {
        return Err(format!(
            "the container `{called}` of a build has no `{field}`"
        ));
    }
    let foreign = list(container, "env").iter().find(|variable| {
        let from = variable.get("valueFrom").and_then(Value::as_object);
        from.is_some_and(|from| {
            from.keys()
                .any(|key| !matches!(key.as_str(), "fieldRef" | "resourceFieldRef"))
        })
    });
    if let Some(variable) = foreign {
        let variable = name(variable);
        return Err(format!(
            "the variable `{variable}` of `{called}` comes from an object of the cluster; the host mounts what a build needs"
        ));
    }
    let mounts = list(container, "volumeMounts").iter().map(name);
    let known = |name: &str| VOLUMES.contains(&name) || own.contains(&name);
    match mounts.into_iter().find(|name| !known(name)) {
        Some(name) => Err(format!(
            "`{called}` mounts the volume `{name}`, which is not there"
        )),
        None => Ok(()),
    }
}

/// Fields of a security context that give a container more than others have.
fn security(place: &str, object: &Value) -> Vec<String> {
    let context = object.get("securityContext");
    let of = |pointer: &str| context.and_then(|context| context.pointer(pointer));
    let text = |pointer: &str| of(pointer).and_then(Value::as_str);
    let mut found = Vec::new();
    if of("/privileged") == Some(&Value::Bool(true)) {
        found.push("privileged: true".to_owned());
    }
    for profile in ["seccompProfile", "appArmorProfile"] {
        if text(&format!("/{profile}/type")) == Some("Unconfined") {
            found.push(format!("{profile}: Unconfined"));
        }
    }
    if of("/procMount").is_some() {
        found.push("procMount".to_owned());
    }
    let added = of("/capabilities/add").and_then(Value::as_array);
    let added = added.into_iter().flatten().filter_map(Value::as_str);
    found.extend(added.map(|capability| format!("capability {capability}")));
    found
        .into_iter()
        .map(|field| format!("{place}: {field}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn checked(change: impl FnOnce(&mut Value)) -> Result<Vec<String>, String> {
        let mut template = json!({"spec": {
            "volumes": [{"name": "cache", "emptyDir": {}}],
            "initContainers": [{"name": "clone", "image": "git:1", "volumeMounts": [{"name": "maquette-git", "mountPath": "/git"}]}],
            "containers": [{
                "name": "build", "image": "builder:1",
                "env": [{"name": "A", "value": "1"}, {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                "volumeMounts": [{"name": "cache", "mountPath": "/cache"}, {"name": "maquette-work", "mountPath": "/work"}],
            }],
        }});
        change(&mut template);
        check(&template.to_string())
    }

    #[test]
    fn a_pod_reaches_nothing_but_the_volumes_of_the_contract() {
        type Change = fn(&mut Value);
        assert_eq!(checked(|_| {}), Ok(vec![]));
        let wrong: [(Change, &str); 9] = [
            (
                |it| it["spec"]["containers"][0]["name"] = json!("other"),
                "no container `build`",
            ),
            (
                |it| it["spec"]["hostNetwork"] = json!(true),
                "no `hostNetwork`",
            ),
            (
                |it| it["spec"]["serviceAccountName"] = json!("admin"),
                "no `serviceAccountName`",
            ),
            (
                |it| it["spec"]["volumes"][0] = json!({"name": "root", "hostPath": {"path": "/"}}),
                "`root` is no empty folder",
            ),
            (
                |it| it["spec"]["volumes"][0] = json!({"name": "x", "emptyDir": {}, "secret": {}}),
                "`x` is no empty folder",
            ),
            (
                |it| it["spec"]["volumes"][0]["name"] = json!("maquette-git"),
                "the host supplies the volume",
            ),
            (
                |it| it["spec"]["containers"][0]["volumeMounts"][0]["name"] = json!("other"),
                "`other`, which is not there",
            ),
            (
                |it| it["spec"]["initContainers"][0]["envFrom"] = json!([]),
                "no `envFrom`",
            ),
            (
                |it| {
                    it["spec"]["containers"][0]["env"][1]["valueFrom"] =
                        json!({"secretKeyRef": {"name": "a", "key": "b"}});
                },
                "an object of the cluster",
            ),
        ];
        for (change, expected) in wrong {
            let problem = checked(change).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
        assert!(check("{").is_err());
    }

    #[test]
    fn privileges_are_named_so_that_a_provider_can_grant_them() {
        let privileges = checked(|it| {
            it["spec"]["containers"][0]["securityContext"] = json!({
                "privileged": true, "seccompProfile": {"type": "Unconfined"}, "capabilities": {"add": ["SETUID"]},
            });
        });
        assert_eq!(
            privileges.unwrap(),
            [
                "build: privileged: true",
                "build: seccompProfile: Unconfined",
                "build: capability SETUID"
            ]
        );
    }
}
