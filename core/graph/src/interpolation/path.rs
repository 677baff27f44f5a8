//! Where in a manifest something stands.

use std::fmt;

/// The path of a field, displayed as Kubernetes does: `containers[0].env[1].value`, and
/// `annotations["example.com/name"]` for a key that is no plain word. The path of the whole value displays as nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(Vec<Step>);

/// One step down a [`JsonPath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into the field of an object.
    Key(String),
    /// Into the item of a list, counted from 0.
    Index(usize),
}

impl JsonPath {
    /// The path of the whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path below `parent`: for a value that was taken out of a larger one.
    #[must_use]
    pub fn below(&self, parent: &Self) -> Self {
        Self(parent.0.iter().chain(&self.0).cloned().collect())
    }

    /// One step further into the field `key`.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }

    /// One step further into the item `index`.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if !is_word(key) => write!(f, "[{key:?}]")?,
                Step::Key(key) if depth == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_displayed_as_kubernetes_does() {
        let root = JsonPath::root();
        let value = root
            .clone()
            .key("containers")
            .index(0)
            .key("env")
            .index(1)
            .key("value");
        let annotation = root.clone().key("annotations").key("example.com/a \"b\"");
        let shown = [
            root.clone(),
            value,
            annotation,
            root.clone().index(3),
            root.key("").key("a_b-9"),
        ];
        assert_eq!(
            shown.map(|path| path.to_string()),
            [
                "",
                "containers[0].env[1].value",
                r#"annotations["example.com/a \"b\""]"#,
                "[3]",
                r#"[""].a_b-9"#
            ]
        );
    }

    #[test]
    fn a_path_below_another_continues_it() {
        let parent = JsonPath::root().key("spec").key("components").index(2);
        let below = JsonPath::root().key("template").below(&parent);
        assert_eq!(below.to_string(), "spec.components[2].template");
        assert_eq!(
            below.steps(),
            [
                Step::Key("spec".to_owned()),
                Step::Key("components".to_owned()),
                Step::Index(2),
                Step::Key("template".to_owned())
            ]
        );
    }
}
