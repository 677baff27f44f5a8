//! How a plugin was made, as an in-toto statement with SLSA provenance
//! (<https://slsa.dev/spec/v1.0/provenance>). Pure.

use std::fmt;

use maquette_host::Digest;
use serde::Serialize;
use serde_json::{Value, json};

use super::Source;

const PROJECT: &str = env!("CARGO_PKG_REPOSITORY");

/// What provenance says of a plugin that this command built: what this machine says of itself, which is worth as much as who
/// signs it.
pub(crate) fn provenance(component: &Digest, source: &Source, lock: Option<&[u8]>) -> Value {
    let mut used = Vec::new();
    if let Some(commit) = &source.commit {
        let mut checkout = json!({
            "name": "source", "digest": { "gitCommit": commit },
            "annotations": { "changed": source.is_changed },
        });
        if let (Some(url), Some(fields)) = (&source.repository, checkout.as_object_mut()) {
            fields.insert("uri".to_owned(), json!(format!("git+{url}")));
        }
        used.push(checkout);
    }
    if let Some(lock) = lock {
        used.push(json!({ "name": "Cargo.lock", "digest": { "sha256": Digest::of(lock).hex() } }));
    }
    json!({
        "buildDefinition": {
            "buildType": format!("{PROJECT}/blob/main/docs/cli.md#provenance"),
            "externalParameters": {
                "command": "maquette plugin build", "target": "wasm32-wasip2", "profile": "release",
            },
            "resolvedDependencies": used,
        },
        "runDetails": {
            "builder": {
                "id": format!("{PROJECT}/tree/main/sdk/cli"),
                "version": { "maquette": env!("CARGO_PKG_VERSION") },
            },
            "byproducts": [{ "name": "component", "digest": { "sha256": component.hex() } }],
        },
    })
}

/// What of provenance people want to know first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Origin {
    /// Where the source is, as a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// Whether files differed from that commit.
    pub(crate) changed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) builder: Option<String>,
}

impl Origin {
    /// From SLSA provenance, whoever wrote it.
    pub(crate) fn of(predicate: &Value) -> Self {
        let text = |value: Option<&Value>| {
            let text = value?.as_str()?;
            // Words of a stranger, fit for a terminal.
            let text = text.chars().filter(|c| !c.is_control()).take(300).collect();
            Some(text)
        };
        let used = predicate.pointer("/buildDefinition/resolvedDependencies");
        let mut used = used.and_then(Value::as_array).into_iter().flatten();
        let source = used.find(|used| used.pointer("/digest/gitCommit").is_some());
        Self {
            source: source.and_then(|it| text(it.get("uri"))),
            commit: source.and_then(|it| text(it.pointer("/digest/gitCommit"))),
            changed: source.and_then(|it| it.pointer("/annotations/changed")?.as_bool())
                == Some(true),
            builder: text(predicate.pointer("/runDetails/builder/id")),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.commit, &self.source) {
            (Some(commit), Some(source)) => write!(f, "commit {commit} of {source}")?,
            (Some(commit), None) => write!(f, "commit {commit}")?,
            (None, _) => f.write_str("no commit")?,
        }
        if self.changed {
            f.write_str(", with changes")?;
        }
        self.builder
            .iter()
            .try_for_each(|id| write!(f, ", by {id}"))
    }
}

#[cfg(test)]
mod tests {
    use maquette_host::Digest;

    use super::{Origin, Source, provenance};

    #[test]
    fn it_names_commit_and_lock_file_and_people_read_them() {
        let source = Source {
            repository: Some("https://git.example.com/a.git".into()),
            commit: Some("abcd".into()),
            is_changed: true,
        };
        let component = Digest::of(b"c");
        let predicate = provenance(&component, &source, Some(b"lock"));
        let used = &predicate["buildDefinition"]["resolvedDependencies"];
        assert_eq!(used[0]["uri"], "git+https://git.example.com/a.git");
        assert_eq!(used[0]["digest"]["gitCommit"], "abcd");
        assert_eq!(used[1]["digest"]["sha256"], Digest::of(b"lock").hex());
        let made = &predicate["runDetails"]["byproducts"][0];
        assert_eq!(made["digest"]["sha256"], component.hex());
        let told = Origin::of(&predicate).to_string();
        assert!(
            told.starts_with("commit abcd of git+https://git.example.com/a.git, with changes, by "),
            "{told}"
        );
        assert_eq!(Origin::of(&serde_json::json!(1)).to_string(), "no commit");
    }
}
