use serde_json::Value;

use super::{Build, Ending, Job, Verdict};
use crate::{
    call::{Call, CallError},
    kinds::{
        Client,
        check::{absolute_path, unique},
        client::unusable,
    },
    names::Digest,
};

/// Name of the container that builds.
const CONTAINER: &str = "build";
/// The longest key of a cache, characters.
const KEY_CHARACTERS: usize = 128;

/// An image builder; see `wit/draft/builder/builder.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Builder(pub(crate) Client);

impl Builder {
    /// What to run for this build: a pod with the container `build`.
    pub async fn plan(&self, call: &Call, build: &Build) -> Result<Job, CallError> {
        let job: Job = self.0.call(call, "plan", (build.clone(),)).await?;
        if !builds(&job.pod_template) {
            return Err(unusable(
                "plan",
                format!("`pod-template` is no PodTemplateSpec with the container `{CONTAINER}`"),
            ));
        }
        if !(1..=KEY_CHARACTERS).contains(&job.cache_key.chars().count()) {
            return Err(unusable(
                "plan",
                format!("`cache-key` is empty or longer than {KEY_CHARACTERS} characters"),
            ));
        }
        let paths = || job.files.iter().map(|file| file.path.as_str());
        paths().try_for_each(|path| absolute_path("plan", path))?;
        unique("plan", "the file", paths())?;
        Ok(job)
    }

    /// What came of it. Images are at the build's destinations.
    pub async fn interpret(
        &self,
        call: &Call,
        build: &Build,
        ending: &Ending,
    ) -> Result<Verdict, CallError> {
        let arguments = (build.clone(), ending.clone());
        let verdict: Verdict = self.0.call(call, "interpret", arguments).await?;
        if let Verdict::Images(images) = &verdict {
            if images.is_empty() {
                return Err(unusable("interpret", "a success without an image"));
            }
            for image in images {
                let mut known = build.destinations.iter();
                if !known.any(|destination| destination.repository == image.repository) {
                    return Err(unusable(
                        "interpret",
                        format!("`{}` is no destination of the build", image.repository),
                    ));
                }
                image
                    .digest
                    .parse::<Digest>()
                    .map_err(|error| unusable("interpret", error))?;
            }
        }
        Ok(verdict)
    }
}

fn builds(pod_template: &str) -> bool {
    let Ok(template) = serde_json::from_str::<Value>(pod_template) else {
        return false;
    };
    let containers = template
        .pointer("/spec/containers")
        .and_then(Value::as_array);
    containers.is_some_and(|containers| {
        containers
            .iter()
            .any(|container| container.get("name").and_then(Value::as_str) == Some(CONTAINER))
    })
}
