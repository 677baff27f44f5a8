//! What is in the registry that the rules of `registry` read, from a file of the author's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use maquette_conformance::registry::{KnownImage, KnownReferrer, Pusher, RegistryTarget};
use serde::Deserialize;
use serde_json::json;

use super::other_writer::Program;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Contents {
    repository: String,
    tags: Vec<String>,
    image: Image,
    index: Image,
    #[serde(default)]
    referrers: Vec<Referrer>,
    moving: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Image {
    tag: String,
    digest: String,
    media_type: String,
    created: Option<String>,
    #[serde(default)]
    platforms: Vec<String>,
    #[serde(default)]
    labels: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Referrer {
    digest: String,
    artifact_type: String,
}

/// The file's content, with who moves its tag.
///
/// # Errors
/// It cannot be read, or a tag may be moved and nobody moves it.
pub(super) fn read(path: &Path, pusher: Option<&PathBuf>) -> anyhow::Result<RegistryTarget> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("--contents: {name} cannot be read"))?;
    let contents: Contents = serde_json::from_str(&text).with_context(|| {
        format!("--contents: {name} does not say what is in the registry; `maquette plugin test --help` shows the form")
    })?;
    let moving = match (contents.moving, pusher) {
        (Some(tag), Some(program)) => {
            let pusher: Arc<dyn Pusher> = Arc::new(Program::new(program.clone()));
            Some((tag, pusher))
        }
        (Some(_), None) => bail!(
            "--contents: {name} names a tag that may be moved; say who moves it with --pusher"
        ),
        (None, _) => None,
    };
    let referrers = contents.referrers.into_iter().map(|it| KnownReferrer {
        digest: it.digest,
        artifact_type: it.artifact_type,
    });
    Ok(RegistryTarget {
        repository: contents.repository,
        tags: contents.tags.into_iter().collect(),
        image: contents.image.into(),
        index: contents.index.into(),
        referrers: referrers.collect(),
        moving,
    })
}

impl From<Image> for KnownImage {
    fn from(image: Image) -> Self {
        Self {
            tag: image.tag,
            digest: image.digest,
            media_type: image.media_type,
            created: image.created,
            platforms: image.platforms.into_iter().collect(),
            labels: image.labels,
        }
    }
}

impl Pusher for Program {
    fn move_tag(&self, repository: &str, tag: &str) -> Result<String, String> {
        let wish = json!({ "action": "move-tag", "repository": repository, "tag": tag });
        Ok(self.run(&wish)?.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn a_file_says_what_is_there_and_whoever_moves_a_tag_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let image = |tag: &str| json!({ "tag": tag, "digest": "sha256:1", "mediaType": "m", "platforms": ["linux/amd64"] });
        let mut contents = json!({
            "repository": "shop/web", "tags": ["1", "2"], "image": image("1"), "index": image("2"),
            "referrers": [{ "digest": "sha256:2", "artifactType": "t" }],
        });
        let write = |contents: &serde_json::Value| {
            std::fs::write(file.path(), contents.to_string()).unwrap();
        };
        write(&contents);
        let target = read(file.path(), None).unwrap();
        assert_eq!((target.tags.len(), target.referrers.len()), (2, 1));
        assert!(target.image.platforms.contains("linux/amd64") && target.moving.is_none());
        contents["moving"] = json!("1");
        write(&contents);
        let told = read(file.path(), None).err().unwrap().to_string();
        assert!(told.contains("--pusher"), "{told}");
        assert!(
            read(file.path(), Some(&"/bin/true".into()))
                .unwrap()
                .moving
                .is_some()
        );
        contents["images"] = json!([]);
        write(&contents);
        assert!(read(file.path(), None).is_err());
    }
}
