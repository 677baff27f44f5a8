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
