//! Arguments and their help.
//!
//! | file | what it is for |
//! |---|---|
//! | `author` | making a plugin: `new`, `build`, `check` |
//! | `run` | trying it: `run`, `test` |
//! | `publish` | plugins in registries |
//! | `trust` | signatures, and plugins in files |
//! | `cluster` | versions in a cluster |

mod author;
mod cluster;
mod publish;
mod run;
mod trust;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use author::{Build, Check, Interface, New};
pub(crate) use cluster::{Approve, Cluster, Rollback};
pub(crate) use publish::{Attach, Inspect, Push, Registry};
pub(crate) use run::{Run, Test, Zones};
pub(crate) use trust::{Load, Pull, Save, Sign, Signers, Verify};

/// Makes, publishes, inspects and tries Maquette's provider plugins.
///
/// Exit codes: 0 done, 1 not done (standard error says why and what to do), 2 the command line is wrong.
#[derive(Debug, Parser)]
#[command(
    name = "maquette",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) action: Action,

    /// How results are written to standard output.
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,

    /// No progress on standard error.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// The command line is wrong in a way that its grammar does not say: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub(crate) struct WrongUse(pub(crate) anyhow::Error);

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Works with provider plugins: WebAssembly components.
    #[command(subcommand)]
    Plugin(Box<PluginAction>),
    /// Prints the version of this command.
    Version,
    /// Prints the completion script of a shell.
    #[command(
        after_long_help = "Example:\n  maquette completion bash > /etc/bash_completion.d/maquette"
    )]
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginAction {
    /// Makes the project of a new plugin.
    New(New),
    /// Builds the plugin of a crate.
    Build(Build),
    /// Says what its users would stumble over, without running it.
    Check(Check),
    /// Holds a plugin to the rules of its interfaces, at a server of yours.
    Test(Box<Test>),
    /// Publishes a plugin in an OCI registry.
    Push(Push),
    /// Puts documents beside what is published: what it is made of, and how it was made.
    Attach(Attach),
    /// Reads a published plugin into a file.
    Pull(Pull),
    /// Signs a published plugin.
    Sign(Sign),
    /// Says who signed a published plugin.
    Verify(Verify),
    /// Writes a published plugin with its signatures into one file, for networks that are cut off.
    Save(Save),
    /// Publishes what `save` wrote in another registry.
    Load(Load),
    /// Says what a plugin is and what it asks for, without running it.
    Inspect(Inspect),
    /// Calls one function of a plugin here, in the sandbox that the operator uses.
    Run(Box<Run>),
    /// Serves zones in memory, for the first tries of a new dns plugin.
    Zones(Zones),
    /// Lets the version of a Plugin that waits for approval be taken.
    Approve(Approve),
    /// Goes back to a version of a Plugin that ran before.
    Rollback(Rollback),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
