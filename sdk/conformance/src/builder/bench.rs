//! What every rule works with: builds, and the plugin's functions without their ceremony.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::builder::{
    Build, Destination, Ending, Failure as Failed, Job, Parameter, Verdict,
};
use maquette_host::{Builder, Call, CallError, PluginError};
use serde_json::Value;

use super::BuilderTarget;
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};
use crate::texts::texts;

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
    pub(crate) fn bare(&self) -> Build {
        let place = format!("/kit-{}", self.place.run);
        Build {
            repository: "https://git.test/shop/web.git".to_owned(),
            revision: "4f3a1d0c9b8e7f6a5d4c3b2a1908f7e6d5c4b3a2".to_owned(),
            depth: None,
            context_dir: None,
            dockerfile: None,
            target: None,
            args: Vec::new(),
            platforms: Vec::new(),
            destinations: vec![destination("registry.test/shop/web", &["pr-7"])],
            cache: None,
            secrets: Vec::new(),
            secrets_dir: format!("{place}/secrets"),
            docker_config_dir: format!("{place}/docker"),
            git_credential_dir: None,
            timeout_seconds: 600,
        }
    }

    /// A build as most are: of a folder.
    pub(crate) fn build(&self) -> Build {
        Build {
            depth: Some(1),
            context_dir: Some("services/kit-web".to_owned()),
            ..self.bare()
        }
    }

    /// A build that needs every credential.
    pub(crate) fn closed(&self) -> Build {
        Build {
            secrets: vec!["kit-npm".to_owned(), "kit-maven".to_owned()],
            git_credential_dir: Some(format!("/kit-{}/git", self.place.run)),
            ..self.build()
        }
    }

    /// A build that says everything.
    pub(crate) fn full(&self) -> Build {
        Build {
            dockerfile: Some("kit.Dockerfile".to_owned()),
            target: Some("kit-stage".to_owned()),
            args: vec![parameter("KIT_VERSION", "1.2")],
            platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
            cache: Some("registry.test/shop/kit-cache".to_owned()),
            ..self.closed()
        }
    }

    /// What runs for it.
    pub(crate) async fn plan(&self, build: &Build) -> Result<Job, Failure> {
        Ok(self.builder.plan(&self.call(), build).await?)
    }

    /// What runs for it, unless the builder says that it cannot build with one of these fields.
    pub(crate) async fn plan_with(
        &self,
        build: &Build,
        fields: &[&str],
    ) -> Result<Option<Job>, Failure> {
        match self.builder.plan(&self.call(), build).await {
            Ok(job) => Ok(Some(job)),
            Err(CallError::Plugin(error)) if refuses(&error, fields) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What came of it.
    pub(crate) async fn interpret(&self, ending: &Ending) -> Result<Verdict, Failure> {
        let (call, build) = (self.call(), self.build());
        Ok(self.builder.interpret(&call, &build, ending).await?)
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
pub(crate) fn template(job: &Job) -> Result<Value, Failure> {
    let parsed = serde_json::from_str(&job.pod_template);
    parsed.map_err(|error| Failure::Broken(format!("`pod-template` is no JSON: {error}")))
}

/// Whether a text is in the template, or in a file that the container finds.
pub(crate) fn says(job: &Job, template: &Value, wanted: &str) -> bool {
    let in_template = texts(template).iter().any(|text| text.contains(wanted));
    let mut files = job.files.iter();
    in_template || files.any(|file| file.content.contains(wanted))
}

pub(crate) fn destination(repository: &str, tags: &[&str]) -> Destination {
    Destination {
        repository: repository.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    }
}

pub(crate) fn parameter(name: &str, value: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// How a build ended.
pub(crate) fn ending(exit_code: Option<i32>, reason: Option<&str>, log_tail: &str) -> Ending {
    Ending {
        exit_code,
        termination_message: String::new(),
        reason: reason.map(str::to_owned),
        log_tail: log_tail.to_owned(),
    }
}
