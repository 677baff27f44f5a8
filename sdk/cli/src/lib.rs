//! The `maquette` command, also as `kubectl maquette`.
//!
//! | folder | holds |
//! |---|---|
//! | `command` | arguments and their help |
//! | `cluster` | the cluster that the kubeconfig names |
//! | `plugin` | one module for each action on plugins |
//! | `registry` | logins, references and the artifact's documents |
//! | `signing` | signatures as cosign makes them |
//! | `layout` | artifacts in one file |
//! | `attest` | documents about a plugin |
//! | `files` | files that are whole or not there |
//! | `output` | results on standard output, progress on standard error |
//!
//! Exit codes: 0 done, 1 not done, 2 the command line is wrong.

mod attest;
mod cluster;
mod command;
mod files;
mod layout;
mod output;
mod plugin;
mod registry;
mod signing;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use command::{Action, Arguments, PluginAction, WrongUse};
use output::Output;

/// Runs the command under this name.
pub fn main(name: &'static str) -> ExitCode {
    let arguments = match parse(name) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let output = Output::new(arguments.output, arguments.quiet);
    match act(arguments.action, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.failure(&error);
            ExitCode::from(if error.is::<WrongUse>() { 2 } else { 1 })
        }
    }
}

fn parse(name: &'static str) -> Result<Arguments, clap::Error> {
    let matches = Arguments::command().bin_name(name).try_get_matches()?;
    Arguments::from_arg_matches(&matches)
}

fn act(action: Action, output: Output) -> anyhow::Result<()> {
    match action {
        Action::Plugin(action) => act_on_plugin(*action, output),
        Action::Version => version(output),
        Action::Completion { shell } => {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                "maquette",
                &mut std::io::stdout(),
            );
            Ok(())
        }
    }
}

fn act_on_plugin(action: PluginAction, output: Output) -> anyhow::Result<()> {
    use PluginAction as A;
    match action {
        A::New(arguments) => plugin::new(&arguments, output),
        A::Build(arguments) => run(plugin::build(arguments, output)),
        A::Check(arguments) => run(plugin::check(arguments, output)),
        A::Test(arguments) => run(plugin::test(*arguments, output)),
        A::Push(arguments) => run(plugin::push(arguments, output)),
        A::Attach(arguments) => run(plugin::attach(arguments, output)),
        A::Pull(arguments) => run(plugin::pull(arguments, output)),
        A::Sign(arguments) => run(plugin::sign(arguments, output)),
        A::Verify(arguments) => run(plugin::verify(arguments, output)),
        A::Save(arguments) => run(plugin::save(arguments, output)),
        A::Load(arguments) => run(plugin::load(arguments, output)),
        A::Inspect(arguments) => run(plugin::inspect(arguments, output)),
        A::Run(arguments) => run(plugin::run(*arguments, output)),
        A::Zones(arguments) => run(plugin::zones(arguments, output)),
        A::Approve(arguments) => run(plugin::approve(arguments, output)),
        A::Rollback(arguments) => run(plugin::rollback(arguments, output)),
    }
}

/// Runs to the end, or until the user interrupts.
fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    // Another provider was installed already only if this is called twice, which makes no difference.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Runtime::new()?.block_on(async {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
        }
    })
}

fn version(output: Output) -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    output.result(&serde_json::json!({ "version": version }), || {
        format!("maquette {version}")
    })
}
