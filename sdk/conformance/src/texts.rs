//! Looks through what a pure interface returned. Pure.

use serde_json::Value;

/// The beginning of every text that stands for a credential inside of a plugin.
const PLACEHOLDER: &str = "maquette-credential-";

/// Every text in a document: keys and values.
pub(crate) fn texts(document: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    collect(document, &mut found);
    found
}

fn collect<'a>(document: &'a Value, found: &mut Vec<&'a str>) {
    match document {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                found.push(key);
                collect(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The name of the credential that is in one of these texts, as it is or as what stands for it in the plugin.
pub(crate) fn credential_in<'a>(
    texts: &[&str],
    credentials: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Option<&'a str> {
    if texts.iter().any(|text| text.contains(PLACEHOLDER)) {
        return Some("(the host's placeholder for one)");
    }
    let is_told = |value: &str| {
        // Of `user:password` the password alone is as secret.
        let password = value
            .split_once(':')
            .map_or(value, |(_, password)| password);
        let has = |secret: &str| texts.iter().any(|text| text.contains(secret));
        !password.is_empty() && (has(value) || has(password))
    };
    let mut all = credentials.into_iter();
    all.find(|(_, value)| is_told(value))
        .map(|(name, _)| name.as_str())
}

/// Whether it is `CamelCase`, as conditions of Kubernetes objects want their reasons.
pub(crate) fn is_camel_case(reason: &str) -> bool {
    reason.starts_with(|first: char| first.is_ascii_uppercase())
        && reason.chars().all(|char| char.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{credential_in, is_camel_case, texts};

    #[test]
    fn keys_are_texts_as_well() {
        let document = json!({ "a": ["b", 1, null, { "c": true }] });
        assert_eq!(texts(&document), ["a", "b", "c"]);
    }

    #[test]
    fn a_credential_is_found_in_whole_and_by_its_password_and_by_its_placeholder() {
        let (name, value) = ("login".to_owned(), "user:hunter2".to_owned());
        let found = |text: &str| credential_in(&[text], [(&name, &value)]).is_some();
        assert!(found("a=user:hunter2") && found("hunter2!") && found("maquette-credential-00"));
        assert!(!found("user") && !found(""));
    }

    #[test]
    fn camel_case_has_neither_spaces_nor_dashes() {
        assert!(is_camel_case("StepOutOfMemory"));
        for wrong in ["", "stepOutOfMemory", "Step_Out", "Out of memory", "Out-Of"] {
            assert!(!is_camel_case(wrong), "{wrong}");
        }
    }
}
