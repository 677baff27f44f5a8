//! Builds images with BuildKit's one-shot daemon, without root: <https://github.com/moby/buildkit>. Both functions are pure; the
//! host runs the pod and supplies the volumes with the logins.

#[cfg(test)]
mod tests;

use maquette_sdk::builder::{
    Build, Ended, Ending, Fault, File, Login, Plan, SecretKind, Verdict, volume,
};
use maquette_sdk::{Builder, Context, Error, Plugin, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Where the volumes are mounted.
const GIT: &str = "/maquette/git";
const REGISTRIES: &str = "/maquette/registries";
const SECRETS: &str = "/maquette/secrets";
const FILES: &str = "/maquette/files";
/// The file with the settings of the daemon.
const SETTINGS: &str = "buildkitd.toml";
/// Runs the build with the arguments that follow. BuildKit replaces the file of its metadata, which a termination log does not allow.
const SCRIPT: &str = r#"set -eu
buildctl-daemonless.sh "$@" --metadata-file /tmp/metadata.json
grep -o '"containerimage.digest": *"sha256:[0-9a-f]*"' /tmp/metadata.json | grep -o 'sha256:[0-9a-f]*' > /dev/termination-log
"#;

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
    fn plan(&self, ctx: &Context<Config>, build: &Build) -> Result<Plan> {
        build.destination()?;
        if build.source.login == Login::Key
            && build.secrets.iter().any(|it| it.kind == SecretKind::Ssh)
        {
            let why = "BuildKit uses the key of the clone and no other";
            return Err(Error::invalid("secrets", why));
        }
        let mut plan = Plan::one(
            template(ctx, build).to_string(),
            vec![ctx.config.image.clone()],
        );
        if let Some(job) = plan.jobs.first_mut() {
            job.files.push(File {
                name: SETTINGS.to_owned(),
                content: settings(build),
            });
        }
        Ok(plan)
    }

    fn interpret(
        &self,
        _: &Context<Config>,
        build: &Build,
        _: u32,
        ending: &Ending,
    ) -> Result<Verdict> {
        if ending.failed().is_some() {
            return Ok(Verdict::Failed(ending.failure(reason)));
        }
        let told = ending.containers.last();
        let digest = told.map_or("", |it| it.termination_message.trim());
        if !digest.starts_with("sha256:") {
            let message = "the build succeeded without the digest of its image";
            return Err(Error::Other(message.to_owned()));
        }
        Ok(build.images(digest))
    }
}

fn template(ctx: &Context<Config>, build: &Build) -> Value {
    let mount = |name: &str, path: &str| json!({ "name": name, "mountPath": path });
    let mut mounts = vec![
        mount(volume::REGISTRIES, REGISTRIES),
        mount(volume::FILES, FILES),
        mount("state", "/home/user/.local/share/buildkit"),
    ];
    if build.source.login != Login::Anonymous {
        mounts.push(mount(volume::GIT, GIT));
    }
    if !build.secrets.is_empty() {
        mounts.push(mount(volume::SECRETS, SECRETS));
    }
    let flags = format!("--oci-worker-no-process-sandbox --config {FILES}/{SETTINGS}");
    json!({ "spec": {
        "volumes": [{ "name": "state", "emptyDir": {} }],
        "containers": [{
            "name": "build",
            "image": ctx.config.image,
            "command": ["sh", "-c", SCRIPT, "build"],
            "args": arguments(build),
            "env": [
                { "name": "BUILDKITD_FLAGS", "value": flags },
                { "name": "DOCKER_CONFIG", "value": REGISTRIES },
            ],
            "volumeMounts": mounts,
            // What BuildKit needs without root (examples/kubernetes/job.rootless.yaml of its repository).
            "securityContext": {
                "runAsUser": 1000, "runAsGroup": 1000,
                "seccompProfile": { "type": "Unconfined" },
                "appArmorProfile": { "type": "Unconfined" },
            },
        }],
    } })
}

/// The settings of the daemon: registries that are not reached in the usual way.
fn settings(build: &Build) -> String {
    let registries = build.registries.iter().map(|registry| {
        let mirrors: Vec<String> = registry
            .mirrors
            .iter()
            .map(|it| format!("{it:?}"))
            .collect();
        format!(
            "[registry.{:?}]\n  mirrors = [{}]\n  http = {}\n",
            registry.host,
            mirrors.join(", "),
            registry.plain_http
        )
    });
    registries.collect()
}

/// The arguments of buildctl. The same build gives the same arguments in the same order.
fn arguments(build: &Build) -> Vec<String> {
    let folder = build.context_dir.as_deref().unwrap_or_default();
    let source = &build.source;
    let context = format!("{}#{}:{folder}", source.repository, source.revision);
    let mut args = vec![
        "build".to_owned(),
        "--frontend=dockerfile.v0".to_owned(),
        format!("--opt=context={context}"),
    ];
    let platforms = Some(build.platforms.join(",")).filter(|all| !all.is_empty());
    let epoch = build.source_date_epoch.map(|seconds| seconds.to_string());
    let options = [
        ("filename", build.dockerfile.clone()),
        ("target", build.target.clone()),
        ("platform", platforms),
        ("build-arg:SOURCE_DATE_EPOCH", epoch),
    ];
    for (name, value) in options {
        args.extend(value.map(|value| format!("--opt={name}={value}")));
    }
    for (kind, pairs) in [("build-arg", &build.args), ("label", &build.labels)] {
        let pairs = pairs.iter();
        args.extend(pairs.map(|pair| format!("--opt={kind}:{}={}", pair.name, pair.value)));
    }
    for secret in &build.secrets {
        let name = &secret.name;
        args.push(match secret.kind {
            SecretKind::File => format!("--secret=id={name},src={SECRETS}/{name}"),
            SecretKind::Ssh => format!("--ssh={name}={SECRETS}/{name}"),
        });
    }
    match source.login {
        Login::Anonymous => {}
        // BuildKit's name for the value of `Authorization` of the clone.
        Login::Password => args.push(format!("--secret=id=GIT_AUTH_HEADER,src={GIT}/header")),
        Login::Key => args.push(format!("--ssh=default={GIT}/ssh-privatekey")),
    }
    let caches = build.cache_from.iter();
    args.extend(caches.map(|cache| format!("--import-cache=type=registry,ref={cache}")));
    let cache = build.cache_to.iter();
    args.extend(cache.map(|cache| format!("--export-cache=type=registry,ref={cache},mode=max")));
    args.push(format!(
        "--output=type=image,\"name={}\",push=true",
        names(build).join(",")
    ));
    args
}

/// The names that are pushed: without tags the repository alone, by its digest.
fn names(build: &Build) -> Vec<String> {
    let names = build.destinations.iter().flat_map(|destination| {
        let repository = &destination.repository;
        let tagged = destination
            .tags
            .iter()
            .map(move |tag| format!("{repository}:{tag}"));
        let bare = destination.tags.is_empty().then(|| repository.clone());
        tagged.chain(bare)
    });
    names.collect()
}

/// What the log says that Kubernetes does not.
fn reason(failed: &Ended) -> (&'static str, Fault) {
    let says = |text: &str| failed.log_tail.contains(text);
    if says("failed to read dockerfile") {
        ("DockerfileNotFound", Fault::User)
    } else if says("not our ref") {
        // What git says of a commit that was pushed over.
        ("GitRevisionNotFound", Fault::User)
    } else if says("could not read Username") || says("Authentication failed") {
        ("GitAuthInvalidUserOrPass", Fault::Platform)
    } else {
        ("BuildFailed", Fault::User)
    }
}

maquette_sdk::plugin!(ThePlugin: Builder);
