//! `maquette plugin run`.

mod call;
mod grants;
mod local;
mod recording;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use call::Request;
use maquette_host::kinds::tunnel::TunnelSecret;
use maquette_host::{Call, GrantError, Grants, Host, Provider, Settings, Tape, Wanted};
use recording::Recording;

use super::given::text_or_file;
use super::source::{self, Source};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Login;

/// Calls one function of a plugin in a host of its own and prints what it returns.
pub(crate) async fn run(arguments: command::Run, output: Output) -> anyhow::Result<()> {
    let Reading {
        source,
        request,
        grants,
        secret,
    } = read(&arguments).map_err(WrongUse)?;
    let recording = Recording::open(arguments.record.as_deref(), arguments.replay.as_deref())?;
    let provider = provide(source, &arguments, grants, recording.tape(), output).await?;

    output.progress(&format!("Calling {}", arguments.function));
    let context = context(Duration::from_secs(arguments.timeout), recording.tape());
    let answer = call::make(request, &provider, &context, &secret).await;
    // Also of a call that failed: that is when one wants to see it.
    recording.close(output)?;
    let answer = answer?;
    output.result(&answer.json, || format!("{:#}", answer.json))?;
    if answer.refused > 0 {
        bail!(
            "{} of the changes were not made; see their outcomes",
            answer.refused
        );
    }
    Ok(())
}

/// What the command line says.
struct Reading {
    source: Source,
    request: Request,
    grants: Grants,
    /// Of the tunnel that a call is about; calls about others do not use it.
    secret: TunnelSecret,
}

/// Nothing is loaded before all of the command line is understood.
fn read(arguments: &command::Run) -> anyhow::Result<Reading> {
    let parameters = text_or_file(&arguments.parameters)?;
    Ok(Reading {
        request: Request::new(&arguments.function, &parameters)?,
        source: Source::find(&arguments.plugin)?,
        grants: grants::read(arguments)?,
        secret: grants::tunnel_secret(arguments.tunnel_secret.as_deref())?,
    })
}

/// Installs the plugin into a host of its own, exactly as the operator does.
async fn provide(
    source: Source,
    arguments: &command::Run,
    grants: Grants,
    tape: Option<&Tape>,
    output: Output,
) -> anyhow::Result<Provider> {
    let cache = tempfile::tempdir().context("no temporary folder can be made")?;
    let mut settings = Settings::new(cache.path());
    settings.tape = tape.cloned();
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
    let grants = if arguments.replay.is_some() {
        recording::stand_in(&installed.manifest, grants)
    } else {
        grants
    };
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
        GrantError::CredentialGroup { names } => {
            let name = names.first().map_or("", String::as_str);
            format!("here that is for example --credential {name}=env:VARIABLE")
        }
        GrantError::Config { .. } | GrantError::HostFromConfig { .. } => {
            "correct --config".to_owned()
        }
        _ => return error.into(),
    };
    anyhow::anyhow!("{error}; {option}")
}

fn context(timeout: Duration, tape: Option<&Tape>) -> Call {
    Call {
        installation: "maquette-plugin-run".to_owned(),
        object: "Provider//local".to_owned(),
        // A plugin may send it, and a replay asks what the recording asked.
        idempotency_key: match tape {
            Some(_) => "run-recorded".to_owned(),
            None => format!("run-{}", std::process::id()),
        },
        deadline: Instant::now() + timeout,
    }
}
