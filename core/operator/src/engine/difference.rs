//! Whether a live object has everything that is desired. Pure.

use crate::quantity;
use serde_json::Value;

/// Fields whose value `false` means something else than their absence: the API server keeps it.
const OPTIONAL_BOOLEANS: [&str; 7] = [
    "allowPrivilegeEscalation",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "privileged",
    "readOnlyRootFilesystem",
    "runAsNonRoot",
    "suspend",
];

/// Fields by which the items of a list are told apart (merge keys of the Kubernetes API), tried in this order.
const KEYS: [&[&str]; 6] = [
    &["name"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["mountPath"],
    &["key"],
    &["uid"],
];

/// Where the live object is not as desired: the path of the first field. The API server leaves out what is empty, false
/// or zero; objects from a listing do not say their kind; others may add items to a list that has keys.
pub(super) fn difference(live: &Value, desired: &Value) -> Option<String> {
    let fields = desired.as_object()?;
    let stated = fields
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind"));
    stated
        .into_iter()
        .find_map(|(key, desired)| in_field(key, live.get(key), desired, key.clone()))
}

fn in_field(name: &str, live: Option<&Value>, desired: &Value, path: String) -> Option<String> {
    match (live, desired) {
        (None, Value::Bool(false)) if OPTIONAL_BOOLEANS.contains(&name) => Some(path),
        (None, desired) => (!is_empty(desired)).then_some(path),
        (Some(Value::Object(live)), Value::Object(desired)) => {
            desired.iter().find_map(|(key, desired)| {
                in_field(key, live.get(key), desired, format!("{path}.{key}"))
            })
        }
        (Some(Value::Array(live)), Value::Array(desired)) => in_list(name, live, desired, &path),
        (Some(Value::String(live)), Value::String(desired)) => {
            let same = live == desired || (is_quantity(&path) && is_same_quantity(live, desired));
            (!same).then_some(path)
        }
        (Some(live), desired) => (live != desired).then_some(path),
    }
}

fn in_list(name: &str, live: &[Value], desired: &[Value], path: &str) -> Option<String> {
    let keys = KEYS.into_iter().find(|keys| {
        desired
            .iter()
            .all(|item| keys.first().is_some_and(|key| item.get(key).is_some()))
    });
    let item = |at: usize| format!("{path}[{at}]");
    let Some(keys) = keys.filter(|_| !desired.is_empty()) else {
        if live.len() != desired.len() {
            return Some(path.to_owned());
        }
        let pairs = live.iter().zip(desired).enumerate();
        return pairs
            .into_iter()
            .find_map(|(at, (live, desired))| in_field(name, Some(live), desired, item(at)));
    };
    desired.iter().enumerate().find_map(|(at, desired)| {
        let is_it = |live: &&Value| keys.iter().all(|key| is_same_key(live, desired, key));
        let found = live.iter().find(is_it);
        in_field(name, found, desired, item(at))
    })
}

/// A key that is left out has a default, which the live item states.
fn is_same_key(live: &Value, desired: &Value, key: &str) -> bool {
    match (live.get(key), desired.get(key)) {
        (live, Some(desired)) => live == Some(desired),
        (None, None) => true,
        (Some(live), None) => key == "protocol" && live == "TCP",
    }
}

/// Whether the field holds a quantity: elsewhere `1k` and `1000` are two texts.
fn is_quantity(path: &str) -> bool {
    [".limits.", ".requests.", ".sizeLimit"]
        .iter()
        .any(|part| path.contains(part))
}

/// The API server writes quantities in its canonical form: `0.5` becomes `500m`.
fn is_same_quantity(one: &str, other: &str) -> bool {
    match (quantity::number(one), quantity::number(other)) {
        (Some(one), Some(other)) => (one - other).abs() <= f64::EPSILON * one.abs(),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.values().all(is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn defaults_and_canonical_forms_of_the_api_server_are_no_difference() {
        let live = json!({"spec": {"containers": [{"name": "a", "imagePullPolicy": "Always",
            "resources": {"limits": {"cpu": "500m"}}}], "restartPolicy": "Always"}});
        let desired = json!({"kind": "Pod", "spec": {"containers": [{"name": "a", "env": [], "stdin": false,
            "resources": {"limits": {"cpu": "0.5"}}}]}});
        assert_eq!(difference(&live, &desired), None);
    }

    #[test]
    fn an_item_that_a_webhook_adds_to_a_list_with_keys_is_no_difference() {
        let live = json!({"containers": [{"name": "proxy"}, {"name": "a", "env": [{"name": "X", "value": "1"}]}]});
        let desired = json!({"containers": [{"name": "a"}]});
        assert_eq!(difference(&live, &desired), None);
        let other = json!({"containers": [{"name": "b"}]});
        assert_eq!(difference(&live, &other).as_deref(), Some("containers[0]"));
    }

    #[test]
    fn a_changed_a_missing_and_an_additional_item_are_differences_with_their_path() {
        let live = json!({"a": "x", "list": [1, {"n": 2}]});
        let cases = [
            (json!({"a": "y"}), "a"),
            (json!({"b": "x"}), "b"),
            (json!({"list": [1]}), "list"),
            (json!({"list": [1, {"n": 3}]}), "list[1].n"),
        ];
        for (desired, path) in cases {
            assert_eq!(difference(&live, &desired).as_deref(), Some(path));
        }
    }

    #[test]
    fn an_optional_boolean_that_was_removed_is_a_difference() {
        let live = json!({"spec": {}});
        let desired =
            json!({"spec": {"automountServiceAccountToken": false, "hostNetwork": false}});
        let found = difference(&live, &desired);
        assert_eq!(found.as_deref(), Some("spec.automountServiceAccountToken"));
    }
}
