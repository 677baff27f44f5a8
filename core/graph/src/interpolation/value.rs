//! References in all strings of a JSON value. Keys of objects are never searched nor changed.

use serde_json::Value;

use super::{InterpolationError, JsonPath, Reason, Reference, Template, Unresolved, path::Step};

/// All references of `value` with the field that holds them, in the order of its fields.
///
/// A string with a malformed reference contributes none: [`malformed`] reports it, and so does [`render`].
pub fn references(value: &Value) -> Vec<(JsonPath, Reference)> {
    let mut found = Vec::new();
    visit(value, &mut JsonPath::root(), &mut |path, text| {
        if let Ok(template) = Template::parse(text) {
            found.extend(
                template
                    .references()
                    .map(|reference| (path.clone(), reference.clone())),
            );
        }
    });
    found
}

/// The first malformed reference of every string of `value`.
pub fn malformed(value: &Value) -> Vec<InterpolationError> {
    let mut found = Vec::new();
    visit(value, &mut JsonPath::root(), &mut |path, text| {
        if let Err(error) = Template::parse(text) {
            found.push(InterpolationError {
                path: path.clone(),
                reference: error.text.clone(),
                reason: Reason::Malformed(error),
            });
        }
    });
    found
}

/// `value` with every reference replaced by what `resolve` gives for it.
///
/// # Errors
/// Every reference that is malformed or was not resolved, in the order of the fields.
pub fn render(
    value: &Value,
    resolve: &mut dyn FnMut(&Reference) -> Result<String, Unresolved>,
) -> Result<Value, Vec<InterpolationError>> {
    let mut errors = Vec::new();
    let rendered =
        rebuild(
            value,
            &mut JsonPath::root(),
            &mut |path, text| match render_text(text, resolve) {
                Ok(rendered) => rendered,
                Err(reasons) => {
                    errors.extend(reasons.into_iter().map(|(reference, reason)| {
                        InterpolationError {
                            path: path.clone(),
                            reference,
                            reason,
                        }
                    }));
                    String::new()
                }
            },
        );
    if errors.is_empty() {
        Ok(rendered)
    } else {
        Err(errors)
    }
}

fn render_text(
    text: &str,
    resolve: &mut dyn FnMut(&Reference) -> Result<String, Unresolved>,
) -> Result<String, Vec<(String, Reason)>> {
    let template = Template::parse(text)
        .map_err(|error| vec![(error.text.clone(), Reason::Malformed(error))])?;
    template.render(resolve).map_err(|errors| {
        errors
            .into_iter()
            .map(|(reference, error)| (reference.to_string(), Reason::Unresolved(error)))
            .collect()
    })
}

fn visit(value: &Value, path: &mut JsonPath, text: &mut dyn FnMut(&JsonPath, &str)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(string) => text(path, string),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                visit(item, path, text);
                path.pop();
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                path.push(Step::Key(key.clone()));
                visit(field, path, text);
                path.pop();
            }
        }
    }
}

fn rebuild(
    value: &Value,
    path: &mut JsonPath,
    text: &mut dyn FnMut(&JsonPath, &str) -> String,
) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::String(string) => Value::String(text(path, string)),
        Value::Array(items) => {
            let mut rebuilt = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                rebuilt.push(rebuild(item, path, text));
                path.pop();
            }
            Value::Array(rebuilt)
        }
        Value::Object(fields) => {
            let mut rebuilt = serde_json::Map::with_capacity(fields.len());
            for (key, field) in fields {
                path.push(Step::Key(key.clone()));
                rebuilt.insert(key.clone(), rebuild(field, path, text));
                path.pop();
            }
            Value::Object(rebuilt)
        }
    }
}
