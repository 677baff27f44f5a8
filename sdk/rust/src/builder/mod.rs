//! The interface `builder`. Image builders. Pure: neither function calls anything.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::base::maquette::plugin::types::Pair;
pub use crate::raw::builder::exports::maquette::builder::builder::{
    Build, Destination, Ended, Ending, Failure, Fault, File, Image, Job, Login, Plan, Registry,
    Secret, SecretKind, Source, Verdict,
};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// The volumes that the host supplies. A plan mounts each into the containers that need it and no others; no container that runs
/// the author's code mounts [`volume::GIT`] or [`volume::REGISTRIES`].
pub mod volume {
    /// The login of the clone: `username`, `password`, `header`, or `ssh-privatekey` and `known_hosts`; `ca.crt`.
    pub const GIT: &str = "maquette-git";
    /// The logins of registries: `config.json`, `auth.json`; `ca.crt`.
    pub const REGISTRIES: &str = "maquette-registries";
    /// A file for each build secret.
    pub const SECRETS: &str = "maquette-secrets";
    /// A file for each credential with the placement `connector`.
    pub const CREDENTIALS: &str = "maquette-credentials";
    /// The files of the job.
    pub const FILES: &str = "maquette-files";
    /// An empty folder that all containers share.
    pub const WORK: &str = "maquette-work";
}

/// Plans image builds and reads how they ended.
///
/// Each rule of the interface is written in `wit/draft/builder/builder.wit`; the ones that are easy to miss:
/// * the identity names everything besides the build that decides the image; the host computes the cache key;
/// * no secret is in the plan: the host supplies the volumes in [`volume`];
/// * a failure says whose fault it is and in which container it happened.
pub trait Builder: Plugin {
    /// The jobs for this build.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a field that the builder cannot build with.
    fn plan(&self, ctx: &Context<Self::Config>, build: &Build) -> Result<Plan>;

    /// The result of the job at this position of the plan.
    ///
    /// # Errors
    /// [`crate::Error::Other`] for an ending that cannot be.
    fn interpret(
        &self,
        ctx: &Context<Self::Config>,
        build: &Build,
        job: u32,
        ending: &Ending,
    ) -> Result<Verdict>;
}

impl Build {
    /// The least that a build says.
    pub fn new(repository: &str, revision: &str, destinations: Vec<Destination>) -> Self {
        Self {
            source: Source {
                repository: repository.to_owned(),
                revision: revision.to_owned(),
                ref_: None,
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
            destinations,
            cache_from: Vec::new(),
            cache_to: None,
            secrets: Vec::new(),
            registries: Vec::new(),
            source_date_epoch: None,
            timeout_seconds: 600,
        }
    }

    /// The images with this digest at every destination.
    pub fn images(&self, digest: &str) -> Verdict {
        let destinations = self.destinations.iter();
        let images = destinations.map(|destination| Image {
            repository: destination.repository.clone(),
            digest: digest.to_owned(),
        });
        Verdict::Images(images.collect())
    }

    /// The first destination.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] with `destinations`.
    pub fn destination(&self) -> Result<&Destination> {
        let missing = || Error::invalid("destinations", "a build needs a repository to push to");
        self.destinations.first().ok_or_else(missing)
    }
}

impl Plan {
    /// One job for all platforms, without files.
    pub fn one(pod_template: String, identity: Vec<String>) -> Self {
        let job = Job {
            pod_template,
            files: Vec::new(),
            platform: None,
        };
        Self {
            jobs: vec![job],
            identity,
        }
    }
}

impl Ending {
    /// The container that kept the others from running: the first that did not end with 0.
    pub fn failed(&self) -> Option<&Ended> {
        self.containers.iter().find(|it| it.exit_code != Some(0))
    }

    /// The failure, by what Kubernetes reports of the pod and of the container that failed: out of memory, out of time, evicted, an
    /// image that cannot be pulled. Everything else is `other`.
    pub fn failure(&self, other: impl FnOnce(&Ended) -> (&'static str, Fault)) -> Failure {
        let failed = self.failed();
        let of_pod = self.reason.as_deref();
        let of_container = failed.and_then(|it| it.reason.as_deref());
        let (reason, fault) = match (of_pod, of_container) {
            (Some("Evicted"), _) => ("PodEvicted", Fault::Passing),
            (Some("DeadlineExceeded"), _) => ("BuildRunTimeout", Fault::User),
            (_, Some("OOMKilled")) => ("StepOutOfMemory", Fault::User),
            (_, Some("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName")) => {
                ("ImagePullFailed", Fault::Platform)
            }
            _ => match failed {
                Some(container) if container.exit_code.is_some() => other(container),
                _ => ("PodNotStarted", Fault::Platform),
            },
        };
        let last = failed.and_then(|it| it.log_tail.lines().last());
        let said = last.filter(|line| !line.trim().is_empty());
        let message = match (said, self.message.as_str()) {
            (Some(line), _) => format!("the build ended without an image: {line}"),
            (None, "") => "the build ended without an image and without a log".to_owned(),
            (None, message) => format!("the build ended without an image: {message}"),
        };
        Failure {
            reason: reason.to_owned(),
            fault,
            message,
            container: failed.map(|it| it.name.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, Ending, Fault};

    fn ended(name: &str, exit_code: Option<i32>, reason: Option<&str>) -> Ended {
        Ended {
            name: name.into(),
            exit_code,
            reason: reason.map(str::to_owned),
            termination_message: String::new(),
            log_tail: "first\nlast".into(),
        }
    }

    #[test]
    fn a_failure_is_that_of_the_first_container_that_failed() {
        let ending = Ending {
            containers: vec![
                ended("clone", Some(0), None),
                ended("detect", Some(20), None),
                ended("build", None, None),
            ],
            reason: None,
            message: String::new(),
        };
        let failure = ending.failure(|container| {
            assert_eq!(container.exit_code, Some(20));
            ("NothingDetected", Fault::User)
        });
        assert_eq!(failure.container.as_deref(), Some("detect"));
        assert_eq!(
            (failure.reason.as_str(), failure.fault),
            ("NothingDetected", Fault::User)
        );
        assert!(failure.message.ends_with(": last"), "{failure:?}");
    }

    #[test]
    fn what_kubernetes_reports_comes_first() {
        let of = |pod: Option<&str>, code, container: Option<&str>| {
            let ending = Ending {
                containers: vec![ended("build", code, container)],
                reason: pod.map(str::to_owned),
                message: String::new(),
            };
            let failure = ending.failure(|_| ("BuildFailed", Fault::User));
            (failure.reason, failure.fault)
        };
        for (pod, code, container, reason, fault) in [
            (Some("Evicted"), None, None, "PodEvicted", Fault::Passing),
            (
                Some("DeadlineExceeded"),
                Some(143),
                None,
                "BuildRunTimeout",
                Fault::User,
            ),
            (
                None,
                Some(137),
                Some("OOMKilled"),
                "StepOutOfMemory",
                Fault::User,
            ),
            (
                None,
                None,
                Some("ImagePullBackOff"),
                "ImagePullFailed",
                Fault::Platform,
            ),
            (None, None, None, "PodNotStarted", Fault::Platform),
            (None, Some(1), None, "BuildFailed", Fault::User),
        ] {
            assert_eq!(of(pod, code, container), (reason.to_owned(), fault));
        }
    }
}
