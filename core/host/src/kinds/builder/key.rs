//! The key of a build's cache. The host computes it, so that no two plugins forget different fields. Pure.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Build;

/// A hash of everything that can change the image: the builder's identity, the source, the options, and the build without the
/// places that the image and the cache are at.
pub(super) fn key(identity: &[String], build: &Build, options: &str) -> String {
    let pairs = |pairs: &[crate::kinds::shared::Pair]| -> Vec<Value> {
        let pairs = pairs.iter().map(|pair| json!([pair.name, pair.value]));
        pairs.collect()
    };
    let secrets = build.secrets.iter();
    let secrets: Vec<Value> = secrets
        .map(|it| json!([it.name, format!("{:?}", it.kind), it.version]))
        .collect();
    let source = &build.source;
    let parts = json!({
        "identity": identity,
        "options": options,
        "source": [source.revision, source.submodules, source.large_files],
        "context-dir": build.context_dir,
        "dockerfile": build.dockerfile,
        "target": build.target,
        "args": pairs(&build.args),
        "labels": pairs(&build.labels),
        "platforms": build.platforms,
        "secrets": secrets,
        "source-date-epoch": build.source_date_epoch,
    });
    hex::encode(Sha256::digest(parts.to_string()))
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::kinds::{
        builder::{Build, Destination, Login, Secret, SecretKind, Source},
        shared::Pair,
    };

    fn build() -> Build {
        Build {
            source: Source {
                repository: "https://git.test/a".into(),
                revision: "1".into(),
                reference: None,
                depth: None,
                submodules: false,
                large_files: false,
                login: Login::Anonymous,
            },
            context_dir: Some("web".into()),
            dockerfile: None,
            target: None,
            args: vec![],
            labels: vec![],
            platforms: vec![],
            destinations: vec![],
            cache_from: vec![],
            cache_to: None,
            secrets: vec![],
            registries: vec![],
            source_date_epoch: None,
            timeout_seconds: 60,
        }
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
        let pair = |(name, value): &(&str, &str)| Pair {
            name: (*name).into(),
            value: (*value).into(),
        };
        pairs.iter().map(pair).collect()
    }

    fn of(change: impl FnOnce(&mut Build)) -> String {
        let mut build = build();
        change(&mut build);
        key(&["builder:1".into()], &build, "{}")
    }

    #[test]
    fn everything_that_can_change_the_image_changes_the_key_and_no_two_fields_run_together() {
        let secret = |version: &str| Secret {
            name: "npm".into(),
            kind: SecretKind::File,
            version: version.into(),
        };
        let mut keys = vec![
            of(|_| {}),
            key(&["builder:2".into()], &build(), "{}"),
            key(&["builder:".into(), "1".into()], &build(), "{}"),
            key(&["builder:1".into()], &build(), r#"{"start":"npm"}"#),
            of(|build| build.source.revision = "2".into()),
            of(|build| build.source.submodules = true),
            of(|build| build.source.large_files = true),
            of(|build| build.context_dir = Some("api".into())),
            of(|build| build.context_dir = None),
            of(|build| build.dockerfile = Some("web".into())),
            of(|build| build.target = Some("web".into())),
            of(|build| build.args = pairs(&[("A", "1"), ("B", "2")])),
            of(|build| build.args = pairs(&[("A", "1\",\"B\",\"2")])),
            of(|build| build.labels = pairs(&[("A", "1"), ("B", "2")])),
            of(|build| build.platforms = vec!["linux/amd64".into()]),
            of(|build| build.secrets = vec![secret("1")]),
            of(|build| build.secrets = vec![secret("2")]),
            of(|build| build.source_date_epoch = Some(0)),
        ];
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn places_logins_and_time_do_not_change_the_key() {
        let same = of(|build| {
            build.source.repository = "ssh://git.test/a".into();
            build.source.login = Login::Key;
            build.source.depth = Some(1);
            build.destinations = vec![Destination {
                repository: "registry.test/a".into(),
                tags: vec!["pr-7".into()],
            }];
            build.cache_from = vec!["registry.test/cache".into()];
            build.cache_to = Some("registry.test/cache".into());
            build.timeout_seconds = 600;
        });
        assert_eq!(same, of(|_| {}));
    }
}
