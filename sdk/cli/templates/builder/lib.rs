//! Builds images with BuildKit's one-shot daemon, without privileges: <https://github.com/moby/buildkit>. Both functions are
//! pure; the operator runs the pod and mounts credentials at the paths that the build names.

#[cfg(test)]
mod tests;

use maquette_sdk::builder::{Build, Ending, Failure, Fault, Image, Job, Verdict};
use maquette_sdk::{Builder, Context, Error, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// What users write in the Provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Image of the builder, for example `docker.io/moby/buildkit:rootless`.
    #[serde(default = "image")]
    pub image: String,
}

fn image() -> String {
    "docker.io/moby/buildkit:rootless".to_owned()
}

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThePlugin;

impl Plugin for ThePlugin {
    type Config = Config;
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = env!("CARGO_PKG_DESCRIPTION");
}

impl Builder for ThePlugin {
    fn plan(&self, ctx: &Context<Config>, build: &Build) -> Result<Job> {
        if build.destinations.is_empty() {
            let message = "a build needs at least one repository to push to";
            return Err(Error::invalid("destinations", message));
        }
        let args = arguments(build);
        let template = json!({
            "spec": {
                "restartPolicy": "Never",
                "containers": [{
                    "name": "build",
                    "image": ctx.config.image,
                    "command": ["buildctl-daemonless.sh"],
                    "args": args,
                    "env": [
                        { "name": "BUILDKITD_FLAGS", "value": "--oci-worker-no-process-sandbox" },
                        { "name": "DOCKER_CONFIG", "value": build.docker_config_dir },
                    ],
                    "securityContext": { "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000 },
                }],
            },
        });
        Ok(Job {
            pod_template: template.to_string(),
            files: Vec::new(),
            cache_key: key(&ctx.config.image, build),
        })
    }

    fn interpret(&self, _: &Context<Config>, build: &Build, ending: &Ending) -> Result<Verdict> {
        if ending.exit_code == Some(0) {
            let digest = ending.termination_message.trim();
            if !digest.starts_with("sha256:") {
                let message = "the build succeeded without saying the digest of its image";
                return Err(Error::Other(message.to_owned()));
            }
            let images = build.destinations.iter().map(|destination| Image {
                repository: destination.repository.clone(),
                digest: digest.to_owned(),
            });
            return Ok(Verdict::Images(images.collect()));
        }
        Ok(Verdict::Failed(failure(ending)))
    }
}

/// What buildctl is told. The same build gives the same arguments in the same order.
fn arguments(build: &Build) -> Vec<String> {
    let folder = build.context_dir.as_deref().unwrap_or_default();
    let context = format!("{}#{}:{folder}", build.repository, build.revision);
    let mut args = vec![
        "build".to_owned(),
        "--frontend=dockerfile.v0".to_owned(),
        format!("--opt=context={context}"),
    ];
    let options = [
        ("filename", build.dockerfile.clone()),
        ("target", build.target.clone()),
        (
            "platform",
            (!build.platforms.is_empty()).then(|| build.platforms.join(",")),
        ),
    ];
    for (name, value) in options {
        args.extend(value.map(|value| format!("--opt={name}={value}")));
    }
    for arg in &build.args {
        args.push(format!("--opt=build-arg:{}={}", arg.name, arg.value));
    }
    for secret in &build.secrets {
        let path = format!("{}/{secret}", build.secrets_dir);
        args.push(format!("--secret=id={secret},src={path}"));
    }
    if let Some(folder) = &build.git_credential_dir {
        // BuildKit's name for the clone's password.
        args.push(format!("--secret=id=GIT_AUTH_TOKEN,src={folder}/password"));
    }
    if let Some(cache) = &build.cache {
        args.push(format!("--import-cache=type=registry,ref={cache}"));
        args.push(format!("--export-cache=type=registry,ref={cache},mode=max"));
    }
    let names = build.destinations.iter().flat_map(|destination| {
        let tags = destination.tags.iter();
        tags.map(|tag| format!("{}:{tag}", destination.repository))
    });
    let names: Vec<String> = names.collect();
    args.push(format!(
        "--output=type=image,\"name={}\",push=true",
        names.join(",")
    ));
    args
}

/// Whose fault it is, by what Kubernetes and the builder say.
fn failure(ending: &Ending) -> Failure {
    let (reason, fault) = match ending.reason.as_deref() {
        Some("OOMKilled") => ("StepOutOfMemory", Fault::User),
        Some("DeadlineExceeded") => ("BuildRunTimeout", Fault::User),
        Some("Evicted") => ("PodEvicted", Fault::Platform),
        _ if ending.exit_code.is_none() => ("PodNotStarted", Fault::Platform),
        _ if ending.log_tail.contains("failed to read dockerfile") => {
            ("DockerfileNotFound", Fault::User)
        }
        // What git says of a commit that was pushed over.
        _ if ending.log_tail.contains("not our ref") => ("GitRevisionNotFound", Fault::User),
        _ => ("BuildFailed", Fault::User),
    };
    let last = ending.log_tail.lines().last().unwrap_or("it wrote no log");
    Failure {
        reason: reason.to_owned(),
        fault,
        message: format!("the build ended without an image: {last}"),
    }
}

/// FNV-1a over everything that makes the image what it is, and nothing else: neither where it goes nor where credentials
/// are mounted. <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn key(image: &str, build: &Build) -> String {
    let args = build.args.iter().map(|arg| (&arg.name, &arg.value));
    let args: Vec<_> = args.collect();
    let parts = [
        image.to_owned(),
        build.revision.clone(),
        format!(
            "{:?}",
            (&build.context_dir, &build.dockerfile, &build.target)
        ),
        format!("{:?}", (args, &build.platforms, &build.secrets)),
    ];
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    // No text holds the byte that ends each part, so that no two lists of parts are the same bytes.
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
        hash ^= u128::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    format!("{hash:032x}")
}

maquette_sdk::plugin!(ThePlugin: Builder);
