//! Label and field selectors.

use super::object::Object;

/// What a list or watch selects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    namespace: String,
    labels: Vec<(String, String, bool)>,
    fields: Vec<(String, String, bool)>,
}

impl Selector {
    pub(crate) fn parse(namespace: &str, labels: &str, fields: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            labels: terms(labels),
            fields: terms(fields),
        }
    }

    pub(crate) fn selects(&self, object: &Object) -> bool {
        let field = |name: &str| match name.strip_prefix("metadata.") {
            Some(name) => object.meta(name).unwrap_or_default(),
            None => object.value[name].as_str().unwrap_or_default(),
        };
        (self.namespace.is_empty() || object.meta("namespace") == Some(&self.namespace))
            && self
                .labels
                .iter()
                .all(|(name, value, equal)| (object.label(name) == Some(value)) == *equal)
            && self
                .fields
                .iter()
                .all(|(name, value, equal)| (field(name) == value) == *equal)
    }
}

fn terms(text: &str) -> Vec<(String, String, bool)> {
    let terms = text.split(',').filter(|term| !term.is_empty());
    let terms = terms.filter_map(|term| {
        if let Some((name, value)) = term.split_once("!=") {
            return Some((name.to_owned(), value.to_owned(), false));
        }
        let (name, value) = term.split_once('=')?;
        let value = value.trim_start_matches('=');
        Some((name.to_owned(), value.to_owned(), true))
    });
    terms.collect()
}
