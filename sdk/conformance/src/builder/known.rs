//! What comes with the subject.

use maquette_host::kinds::builder::Ending;
use serde::Deserialize;
use serde_json::Value;

/// What the rules of `builder` cannot know by themselves. In JSON its names are those of `wit/draft/builder/builder.wit`, with `-`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BuilderTarget {
    /// A configuration of the Provider with which another image would come of the same build: another version of the
    /// builder, for example.
    pub other_config: Option<Value>,
    /// How a build ends that made an image.
    pub succeeded: Option<KnownSuccess>,
    /// How a build ends of which the revision is not in the repository.
    pub no_revision: Option<Ending>,
    /// How a build ends of which the Dockerfile is not in the folder.
    pub no_dockerfile: Option<Ending>,
}

/// How a build ends that made an image.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KnownSuccess {
    /// What is known when it has ended.
    pub ending: Ending,
    /// The digest that it says, as `sha256:…`.
    pub digest: String,
}
