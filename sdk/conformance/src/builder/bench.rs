//! What every rule works with: builds, and the plugin's functions without their ceremony.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::builder::{
    Build, Destination, Ended, Ending, Failure as Failed, Login, Planned, PlannedJob, Secret,
    SecretKind, Source, Verdict,
};
use maquette_host::kinds::shared::Pair;
use maquette_host::{Builder, Call, CallError, PluginError};
use serde_json::Value;

use super::BuilderTarget;
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};
use crate::texts::texts;

/// Name of the main container.
const MAIN: &str = "build";

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    target: BuilderTarget,
    credentials: BTreeMap<String, String>,
    builder: Builder,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let builder = place.direct.builder();
        Ok(Self {
            place: place.clone(),
            target: subject.builder.clone().unwrap_or_default(),
            credentials: subject.credentials.clone(),
            builder: builder.map_err(|error| SetupError::Incomplete(error.to_string()))?,
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| crate::faults::Action::Forward);
        Bench {
            place: self.place.clone(),
            target: self.target.clone(),
            credentials: self.credentials.clone(),
            builder: self.builder.clone(),
            number,
            count: AtomicUsize::new(0),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) target: BuilderTarget,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) builder: Builder,
    number: usize,
    count: AtomicUsize,
}

impl Bench {
    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        let next = self.count.fetch_add(1, Ordering::Relaxed);
        self.place.call(&format!("builder-{}-{next}", self.number))
    }

    /// The least that a build says.
    pub(crate) fn bare() -> Build {
        Build {
            source: Source {
                repository: "https://git.test/shop/web.git".to_owned(),
                revision: "4f3a1d0c9b8e7f6a5d4c3b2a1908f7e6d5c4b3a2".to_owned(),
                reference: None,
                depth: None,
                submodules: false,
                large_files: false,
                login: Login::Anonymous,
            },
            context_dir: None,
            dockerfile: None,
            target: None,
            args: Vec::new(),
            labels: Vec::new(),
            platforms: Vec::new(),
            destinations: vec![destination("registry.test/shop/web", &["pr-7"])],
            cache_from: Vec::new(),
            cache_to: None,
            secrets: Vec::new(),
            registries: Vec::new(),
            source_date_epoch: None,
            timeout_seconds: 600,
        }
    }

    /// A build as most are: of a folder.
    pub(crate) fn build() -> Build {
        Build {
            context_dir: Some("services/kit-web".to_owned()),
            ..Self::bare()
        }
    }

    /// A build that needs a login for the clone and secrets.
    pub(crate) fn closed() -> Build {
        let secret = |name: &str| Secret {
            name: name.to_owned(),
            kind: SecretKind::File,
            version: "1".to_owned(),
        };
        let build = Self::build();
        Build {
            secrets: vec![secret("kit-npm"), secret("kit-maven")],
            source: Source {
                login: Login::Password,
                ..build.source
            },
            ..build
        }
    }

    /// The jobs for it.
    pub(crate) async fn plan(&self, build: &Build) -> Result<Planned, Failure> {
        Ok(self.builder.plan(&self.call(), build).await?)
    }

    /// The jobs for it, unless the builder says that it cannot build with one of these fields.
    pub(crate) async fn plan_with(
        &self,
        build: &Build,
        fields: &[&str],
    ) -> Result<Option<Planned>, Failure> {
        match self.builder.plan(&self.call(), build).await {
            Ok(plan) => Ok(Some(plan)),
            Err(CallError::Plugin(error)) if refuses(&error, fields) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// How the job of a usual build ended whose container `build` ended like this; those before it ended well.
    pub(crate) async fn ended(
        &self,
        exit_code: Option<i32>,
        reason: Option<&str>,
        log_tail: &str,
    ) -> Result<Ending, Failure> {
        let plan = self.plan(&Self::build()).await?;
        let mut containers: Vec<Ended> = Vec::new();
        for name in plan
            .jobs
            .first()
            .map(init_containers)
            .transpose()?
            .unwrap_or_default()
        {
            containers.push(Ended {
                name,
                exit_code: Some(0),
                reason: Some("Completed".to_owned()),
                termination_message: String::new(),
                log_tail: String::new(),
            });
        }
        containers.push(Ended {
            name: MAIN.to_owned(),
            exit_code,
            reason: reason.map(str::to_owned),
            termination_message: String::new(),
            log_tail: log_tail.to_owned(),
        });
        Ok(Ending {
            containers,
            reason: None,
            message: String::new(),
        })
    }

    /// How it ended when Kubernetes ended the whole pod for this reason.
    pub(crate) async fn stopped(&self, code: Option<i32>, reason: &str) -> Result<Ending, Failure> {
        Ok(Ending {
            reason: Some(reason.to_owned()),
            ..self.ended(code, None, "").await?
        })
    }

    /// The result of it.
    pub(crate) async fn interpret(&self, ending: &Ending) -> Result<Verdict, Failure> {
        let (call, build) = (self.call(), Self::build());
        Ok(self.builder.interpret(&call, &build, 0, ending).await?)
    }

    /// Why there is no image.
    pub(crate) async fn failure(&self, ending: &Ending) -> Result<Failed, Failure> {
        match self.interpret(ending).await? {
            Verdict::Failed(failed) => Ok(failed),
            Verdict::Images(images) => Err(Failure::Broken(format!(
                "a build that ended with {ending:?} gave {images:?}"
            ))),
        }
    }
}

/// Whether the builder says that it cannot build with one of these fields.
pub(crate) fn refuses(error: &PluginError, fields: &[&str]) -> bool {
    match error {
        PluginError::Unsupported(_) => true,
        PluginError::Invalid { path, .. } => {
            let path = path.strip_prefix("build.").unwrap_or(path);
            fields.iter().any(|field| path.starts_with(field))
        }
        _ => false,
    }
}

/// The pod template as a document.
pub(crate) fn template(job: &PlannedJob) -> Result<Value, Failure> {
    let parsed = serde_json::from_str(&job.job.pod_template);
    parsed.map_err(|error| Failure::Broken(format!("`pod-template` is no JSON: {error}")))
}

/// The names of the containers that run before the main one.
fn init_containers(job: &PlannedJob) -> Result<Vec<String>, Failure> {
    let template = template(job)?;
    let containers = template.pointer("/spec/initContainers");
    let containers = containers.and_then(Value::as_array).into_iter().flatten();
    let names = containers.filter_map(|container| container.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}

/// Whether a text is in a template of the plan, or in a file that the containers find.
pub(crate) fn says(plan: &Planned, wanted: &str) -> Result<bool, Failure> {
    for job in &plan.jobs {
        let template = template(job)?;
        let in_template = texts(&template).iter().any(|text| text.contains(wanted));
        let mut files = job.job.files.iter();
        if in_template || files.any(|file| file.content.contains(wanted)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a container of the plan mounts this volume.
pub(crate) fn mounts(plan: &Planned, volume: &str) -> Result<bool, Failure> {
    for job in &plan.jobs {
        let template = template(job)?;
        let all = ["/spec/initContainers", "/spec/containers"].into_iter();
        let containers = all
            .filter_map(|place| template.pointer(place)?.as_array())
            .flatten();
        let mounts = containers.filter_map(|container| container.get("volumeMounts")?.as_array());
        let mut names = mounts
            .flatten()
            .filter_map(|mount| mount.get("name")?.as_str());
        if names.any(|name| name == volume) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn destination(repository: &str, tags: &[&str]) -> Destination {
    Destination {
        repository: repository.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    }
}

pub(crate) fn pair(name: &str, value: &str) -> Pair {
    Pair {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}
