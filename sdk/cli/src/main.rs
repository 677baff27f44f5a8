//! The `maquette` command.
//!
//! | folder | holds |
//! |---|---|
//! | `command` | arguments and their help |
//! | `plugin` | one module for each action on plugins |
//! | `registry` | logins, references and the artifact's documents |
//! | `output` | results on standard output, progress on standard error |
//!
//! Exit codes: 0 done, 1 not done, 2 the command line is wrong.

mod command;
mod output;
mod plugin;
mod registry;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use command::{Action, Arguments, PluginAction, WrongUse};
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.output, arguments.quiet);
    match act(arguments.action, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output.failure(&error);
            ExitCode::from(if error.is::<WrongUse>() { 2 } else { 1 })
        }
    }
}

fn act(action: Action, output: Output) -> anyhow::Result<()> {
    match action {
        Action::Plugin(PluginAction::New(arguments)) => plugin::new(&arguments, output),
        Action::Plugin(PluginAction::Build(arguments)) => run(plugin::build(arguments, output)),
        Action::Plugin(PluginAction::Check(arguments)) => run(plugin::check(arguments, output)),
        Action::Plugin(PluginAction::Test(arguments)) => run(plugin::test(*arguments, output)),
        Action::Plugin(PluginAction::Push(arguments)) => run(plugin::push(arguments, output)),
        Action::Plugin(PluginAction::Inspect(arguments)) => run(plugin::inspect(arguments, output)),
        Action::Plugin(PluginAction::Run(arguments)) => run(plugin::run(*arguments, output)),
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
