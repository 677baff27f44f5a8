use super::{Build, Ending, Job, Plan, Verdict, key::key, pod};
use crate::{
    call::{Call, CallError},
    kinds::{Client, check::unique, client::unusable},
    names::Digest,
};

/// An image builder; see `wit/draft/builder/builder.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Builder(pub(crate) Client);

/// The jobs of a build, checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Planned {
    /// One job, or one for each platform.
    pub jobs: Vec<PlannedJob>,
    /// Builds with the same key build the same image: a SHA-256 in hexadecimal digits.
    pub cache_key: String,
}

/// One job, checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlannedJob {
    /// The job as the plugin planned it.
    #[serde(flatten)]
    pub job: Job,
    /// What the Provider has to grant before the pod may run: fields of the template, with their values.
    pub privileges: Vec<String>,
}

impl Builder {
    /// The jobs for this build: pods with the container `build` that reach nothing but the volumes of the contract.
    pub async fn plan(&self, call: &Call, build: &Build) -> Result<Planned, CallError> {
        const FUNCTION: &str = "plan-build";
        let plan: Plan = self.0.call(call, FUNCTION, (build.clone(),)).await?;
        let platforms = plan.jobs.iter().filter_map(|job| job.platform.as_deref());
        let platforms: Vec<&str> = platforms.collect();
        unique(FUNCTION, "the platform", platforms.iter().copied())?;
        let one = plan.jobs.len() == 1 && platforms.is_empty();
        let all = platforms.len() == plan.jobs.len()
            && platforms.len() == build.platforms.len()
            && platforms
                .iter()
                .all(|it| build.platforms.iter().any(|known| known == it));
        if plan.jobs.is_empty() || !(one || all) {
            let problem = "neither one job nor one for each platform";
            return Err(unusable(FUNCTION, problem));
        }
        let cache_key = key(&plan.identity, build, self.0.options());
        let jobs = plan.jobs.into_iter().map(|job| {
            let names = || job.files.iter().map(|file| file.name.as_str());
            let is_name =
                |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains('/');
            if let Some(name) = names().find(|name| !is_name(name)) {
                return Err(unusable(FUNCTION, format!("`{name}` is no name of a file")));
            }
            unique(FUNCTION, "the file", names())?;
            let privileges = pod::check(&job.pod_template)
                .map_err(|problem| unusable(FUNCTION, format!("`pod-template`: {problem}")))?;
            Ok(PlannedJob { job, privileges })
        });
        Ok(Planned {
            jobs: jobs.collect::<Result<_, _>>()?,
            cache_key,
        })
    }

    /// The result of a job. Images are at the build's destinations.
    pub async fn interpret(
        &self,
        call: &Call,
        build: &Build,
        job: u32,
        ending: &Ending,
    ) -> Result<Verdict, CallError> {
        let arguments = (build.clone(), job, ending.clone());
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
