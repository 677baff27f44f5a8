//! `maquette plugin run`.

mod dns;
mod grants;
mod local;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use maquette_host::{Call, GrantError, Grants, Host, Provider, Settings, Wanted};

use super::source::{self, Source};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Login;

/// Calls one function of a plugin in a host of its own and prints what it returns.
pub(crate) async fn run(arguments: command::Run, output: Output) -> anyhow::Result<()> {
    let (source, request, grants) = read(&arguments).map_err(WrongUse)?;
    let provider = provide(source, &arguments, grants, output).await?;

    output.progress(&format!("Calling {}", arguments.function));
    let answer = request
        .make(
            &provider.dns()?,
            &context(Duration::from_secs(arguments.timeout)),
        )
        .await?;
    output.result(&answer.json, || format!("{:#}", answer.json))?;
    if answer.refused > 0 {
        bail!(
            "{} of the changes were not made; see their outcomes",
            answer.refused
        );
    }
    Ok(())
}

/// What the command line says. Nothing is loaded before all of it is understood.
fn read(arguments: &command::Run) -> anyhow::Result<(Source, dns::Request, Grants)> {
    let function: dns::Function = arguments.function.parse()?;
    let request = function.with(&grants::text_or_file(&arguments.parameters)?)?;
    Ok((
        Source::find(&arguments.plugin)?,
        request,
        grants::read(arguments)?,
    ))
}

/// Installs the plugin into a host of its own, exactly as the operator does.
async fn provide(
    source: Source,
    arguments: &command::Run,
    grants: Grants,
    output: Output,
) -> anyhow::Result<Provider> {
    let cache = tempfile::tempdir().context("no temporary folder can be made")?;
    let mut settings = Settings::new(cache.path());
    let offered;
    let wanted = match source {
        Source::File(path) => {
            let wasm = source::read(&path)?;
            let (inspection, manifest) = source::inspect(&wasm, &arguments.plugin)?;
            offered = local::Offer::start(wasm, &inspection, &manifest).await?;
            offered.wanted()
        }
        Source::Registry { target, version } => {
            let login = Login::find(&arguments.registry, target.repository.registry())?.for_host();
            if arguments.registry.plain_http {
                settings
                    .plain_http_registries
                    .push(target.repository.registry().to_owned());
            }
            Wanted {
                repository: target.repository,
                version,
                login,
                verify: Vec::new(),
            }
        }
    };
    output.progress(&format!("Loading {}", arguments.plugin));
    let host = Host::new(settings)?;
    let installed = host.install(&wanted).await?;
    host.provider(&installed.manifest.name, &installed.digest, grants)
        .map_err(advise)
}

/// The host speaks of a Provider's fields; here they are options.
fn advise(error: GrantError) -> anyhow::Error {
    let option = match &error {
        GrantError::EgressNotGranted { origin } => format!("here that is --egress {origin}"),
        GrantError::CredentialMissing { name, .. } => {
            format!("here that is --credential {name}=env:VARIABLE")
        }
        GrantError::Config { .. } | GrantError::HostFromConfig { .. } => {
            "correct --config".to_owned()
        }
        _ => return error.into(),
    };
    anyhow::anyhow!("{error}; {option}")
}

fn context(timeout: Duration) -> Call {
    Call {
        installation: "maquette-plugin-run".to_owned(),
        object: "Provider//local".to_owned(),
        idempotency_key: format!("run-{}", std::process::id()),
        deadline: Instant::now() + timeout,
    }
}
