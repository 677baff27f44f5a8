use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::GrantError;

/// A validator of configurations from the schema that the plugin ships, which is untrusted: references to other
/// documents are not followed, and patterns run in an engine that is linear in the length of the text.
pub(crate) fn config_validator(schema: &Value) -> Result<Validator, String> {
    if !schema.is_object() {
        return Err("it is not a JSON object; give the JSON Schema of an object".to_owned());
    }
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| format!("it is not a JSON Schema: {error}"))
}

/// How deep defaults are looked for: a schema may refer to itself.
const DEPTH: usize = 16;

/// The value with the defaults of the schema for the properties that it lacks, at every depth at which it has objects. References
/// within the schema are followed.
pub(crate) fn with_defaults(schema: &Value, value: Value) -> Value {
    filled(schema, schema, value, DEPTH)
}

fn filled(root: &Value, schema: &Value, mut value: Value, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else {
        return value;
    };
    if let Some(other) = reference(root, schema) {
        value = filled(root, other, value, depth);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let (Some(properties), Some(object)) = (properties, value.as_object_mut()) else {
        return value;
    };
    for (name, property) in properties {
        let default = || {
            let own = property.get("default");
            own.or_else(|| reference(root, property)?.get("default"))
        };
        let given = object.remove(name).or_else(|| default().cloned());
        if let Some(given) = given {
            object.insert(name.clone(), filled(root, property, given, depth));
        }
    }
    value
}

/// The schema of the same document that this one refers to.
fn reference<'a>(root: &'a Value, schema: &Value) -> Option<&'a Value> {
    let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(pointer)
}

/// An object's options with the defaults of the schema.
pub(crate) fn options_of(schema: &Value, options: &Value) -> Result<Value, GrantError> {
    let options = with_defaults(schema, options.clone());
    check_config(schema, &options).map_err(|error| match error {
        GrantError::Config { path, problem } => GrantError::Options { path, problem },
        other => other,
    })?;
    Ok(options)
}

/// The first way in which the configuration does not satisfy the schema.
pub(super) fn check_config(schema: &Value, config: &Value) -> Result<(), GrantError> {
    let validator = config_validator(schema).map_err(GrantError::Manifest)?;
    match validator.iter_errors(config).next() {
        None => Ok(()),
        Some(error) => Err(GrantError::Config {
            path: error.instance_path().to_string(),
            problem: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{options_of, with_defaults};
    use crate::GrantError;

    #[test]
    fn properties_that_are_left_out_have_their_defaults() {
        let schema = json!({
            "properties": {
                "url": {"default": "https://api.example"},
                "name": {"type": "string"},
                "limits": {"$ref": "#/$defs/Limits"},
                "page": {"$ref": "#/$defs/Page"},
            },
            "$defs": {
                "Limits": {"default": {"rate": 5}, "properties": {"rate": {}, "burst": {"default": 9}}},
                "Page": {"properties": {"next": {"$ref": "#/$defs/Page"}, "size": {"default": 1}}},
            },
        });
        for (given, expected) in [
            (
                json!({}),
                json!({"url": "https://api.example", "limits": {"rate": 5, "burst": 9}}),
            ),
            (
                json!({"url": "https://other.example", "limits": {}, "page": {"next": {}}}),
                json!({"url": "https://other.example", "limits": {"burst": 9}, "page": {"size": 1, "next": {"size": 1}}}),
            ),
            (json!("no object"), json!("no object")),
        ] {
            assert_eq!(with_defaults(&schema, given), expected);
        }
    }

    #[test]
    fn options_satisfy_their_schema_or_are_named_with_their_path() {
        let schema = json!({"type": "object", "properties": {"start": {"type": "string", "default": "npm start"}}});
        assert_eq!(
            options_of(&schema, &json!({})).unwrap(),
            json!({"start": "npm start"})
        );
        let error = options_of(&schema, &json!({"start": 1})).unwrap_err();
        assert!(
            matches!(&error, GrantError::Options { path, .. } if path == "/start"),
            "{error}"
        );
    }
}
