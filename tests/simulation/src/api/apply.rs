//! Server-side apply and merge patch, as far as the operator's objects need them: ownership of fields by manager, with
//! lists as one field. Finalizers are a set, and owner references are a list by UID.

use serde_json::{Map, Value};

/// The object after an apply: `config` is in it, and what `previous` had, `config` lacks and no other owner set, is not.
pub(crate) fn apply(live: &mut Value, previous: Option<&Value>, config: &Value, others: &[&Value]) {
    if let Some(previous) = previous {
        remove(live, previous, config, others);
    }
    merge(live, config, "");
}

/// Whether another owner set a field to another value.
pub(crate) fn conflict(
    live: &Value,
    config: &Value,
    others: &[&Value],
    path: &str,
) -> Option<String> {
    let (Value::Object(live), Value::Object(config)) = (live, config) else {
        return (live != config && others.iter().any(|other| !other.is_object()))
            .then(|| path.to_owned());
    };
    config.iter().find_map(|(key, wanted)| {
        let held = live.get(key)?;
        let others: Vec<&Value> = others.iter().filter_map(|other| other.get(key)).collect();
        if others.is_empty() {
            return None;
        }
        conflict(held, wanted, &others, &format!("{path}.{key}"))
    })
}

fn remove(live: &mut Value, previous: &Value, config: &Value, others: &[&Value]) {
    let (Value::Object(live), Value::Object(previous)) = (live, previous) else {
        return;
    };
    for (key, before) in previous {
        let others: Vec<&Value> = others.iter().filter_map(|other| other.get(key)).collect();
        match (config.get(key), live.get_mut(key)) {
            (_, None) => {}
            (Some(wanted), Some(held)) => {
                if (key == "finalizers" || key == "ownerReferences") && held.is_array() {
                    drop_items(held, before, wanted);
                } else {
                    remove(held, before, wanted, &others);
                }
            }
            (None, Some(held)) => {
                if others.is_empty() {
                    live.remove(key);
                } else if before.is_object() {
                    remove(held, before, &Value::Null, &others);
                }
            }
        }
    }
}

fn drop_items(held: &mut Value, before: &Value, wanted: &Value) {
    let (Some(held), Some(before)) = (held.as_array_mut(), before.as_array()) else {
        return;
    };
    let wanted = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
    held.retain(|item| {
        !before.iter().any(|b| same(b, item)) || wanted.iter().any(|w| same(w, item))
    });
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.get("uid"), other.get("uid")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn merge(live: &mut Value, config: &Value, key: &str) {
    match (live, config) {
        (Value::Object(live), Value::Object(config)) => {
            for (key, value) in config {
                merge(live.entry(key.clone()).or_insert(Value::Null), value, key);
            }
        }
        (Value::Array(live), Value::Array(config))
            if key == "finalizers" || key == "ownerReferences" =>
        {
            for item in config {
                match live.iter_mut().find(|held| same(held, item)) {
                    Some(held) => held.clone_from(item),
                    None => live.push(item.clone()),
                }
            }
        }
        (live, config) => live.clone_from(config),
    }
}

/// RFC 7386.
pub(crate) fn merge_patch(live: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        live.clone_from(patch);
        return;
    };
    if !live.is_object() {
        *live = Value::Object(Map::new());
    }
    if let Value::Object(live) = live {
        for (key, value) in patch {
            if value.is_null() {
                live.remove(key);
            } else {
                merge_patch(live.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_longer_applied_is_removed_unless_another_owner_set_it() {
        let mut live = json!({"spec": {"a": 1, "b": 2, "c": {"d": 3}}, "status": {}});
        let previous = json!({"spec": {"a": 1, "b": 2, "c": {"d": 3}}});
        let other = json!({"spec": {"b": 2}});
        apply(
            &mut live,
            Some(&previous),
            &json!({"spec": {"a": 5}}),
            &[&other],
        );
        assert_eq!(live, json!({"spec": {"a": 5, "b": 2}, "status": {}}));
    }

    #[test]
    fn finalizers_of_others_stay() {
        let mut live = json!({"metadata": {"finalizers": ["x", "mine"]}});
        let config = json!({"metadata": {"finalizers": ["mine", "more"]}});
        apply(&mut live, Some(&config), &config, &[]);
        assert_eq!(
            live,
            json!({"metadata": {"finalizers": ["x", "mine", "more"]}})
        );
    }
}
