//! Arguments and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;

/// Builds, publishes, inspects and tries Maquette's provider plugins.
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
    Plugin(PluginAction),
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
    /// Builds the plugin of a crate.
    Build(Build),
    /// Publishes a plugin in an OCI registry.
    Push(Push),
    /// Says what a plugin is and what it asks for, without running it.
    Inspect(Inspect),
    /// Calls one function of a plugin here, in the sandbox that the operator uses.
    Run(Box<Run>),
}

/// Builds the plugin of a crate.
///
/// Compiles the crate for wasm32-wasip2 with its release profile, asks the component once, in a sandbox without network,
/// what it is, and writes the answer into the file as its manifest. The result is all that `push` needs.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin build
  maquette plugin build plugins/powerdns
  maquette plugin build --output json | jq -r .path
  maquette plugin build --component app.wasm --out mydns.wasm
  maquette plugin build --component app.wasm --wit wit --world mydns --out mydns.wasm")]
pub(crate) struct Build {
    /// Folder of the crate.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Take what another language's toolchain built instead of a crate: a component, or a core module of WASI preview 1.
    /// Files and sockets that its runtime imports are closed inside it: whatever tries to use them is denied.
    #[arg(long, value_name = "FILE", conflicts_with = "path", requires = "out")]
    pub(crate) component: Option<PathBuf>,
    /// Where the plugin goes; with --component.
    #[arg(long, value_name = "FILE", requires = "component")]
    pub(crate) out: Option<PathBuf>,
    /// Folder of the WIT files that a core module was built for.
    #[arg(long, value_name = "FOLDER", requires_all = ["component", "world"])]
    pub(crate) wit: Option<PathBuf>,
    /// World in these WIT files.
    #[arg(long, value_name = "NAME", requires = "wit")]
    pub(crate) world: Option<String>,
}

/// Publishes a plugin in an OCI registry.
///
/// The artifact is the CNCF's for WebAssembly (config application/vnd.wasm.config.v0+json, one layer application/wasm).
/// Without a tag, the version in the plugin's manifest becomes the tag. Prints the digest. The same file gives the same
/// digest when `SOURCE_DATE_EPOCH` is set, or unset: then no time is recorded.
///
/// The login is that of `docker login` (~/.docker/config.json and its credential helpers) unless one is given.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin push target/maquette/powerdns.wasm registry.example.com/maquette/powerdns
  maquette plugin push powerdns.wasm registry.example.com/maquette/powerdns:1.2.0-rc.1
  maquette plugin push powerdns.wasm 127.0.0.1:5000/powerdns
  echo \"$TOKEN\" | maquette plugin push powerdns.wasm ghcr.io/me/powerdns --username me --password-stdin")]
pub(crate) struct Push {
    /// File that `maquette plugin build` made.
    pub(crate) file: PathBuf,
    /// Where to: REGISTRY/REPOSITORY or REGISTRY/REPOSITORY:TAG.
    pub(crate) reference: String,
    /// Replaces a tag that already points to something else.
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Says what a plugin is and what it asks for, without running it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin inspect target/maquette/powerdns.wasm
  maquette plugin inspect registry.example.com/maquette/powerdns:1.2.0
  maquette plugin inspect registry.example.com/maquette/powerdns@sha256:… --output json")]
pub(crate) struct Inspect {
    /// A file, or REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) plugin: String,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Calls one function of a plugin here, in the sandbox that the operator uses.
///
/// Nothing is reachable but what is granted, and credentials are put on requests by the sandbox, as in a cluster.
/// The argument is a JSON object with the function's parameters as `wit/` names them, bytes in base64; the result is JSON.
#[derive(Debug, Args)]
#[command(after_long_help = "Functions:
  dns.zones        {}
  dns.normalize    {\"records\": [{\"name\", \"kind\", \"ttl\", \"values\"}]}
  dns.observe      {\"zone\", \"names\": [\"a.example.com\"]}
  dns.apply        {\"zone\", \"changes\": [{\"create\": {\"records\", \"owner\"}}, {\"replace\": {\"records\", \"owner\", \"expect\"}},
                    {\"delete\": {\"name\", \"kind\", \"owner\"}}]}
  dns.list-owned   {\"zone\", \"owner-prefix\", \"cursor\"}
  tunnel.ensure    {\"spec\": {\"name\", \"owner\", \"routes\": [{\"hostname\", \"path\", \"service\"}]}}
  tunnel.observe   {\"id\"}             tunnel.delete      {\"id\", \"owner\"}
  tunnel.rotate    {\"id\", \"spec\"}     tunnel.set-routes  {\"id\", \"spec\", \"expect\"}
  tunnel.list-owned {\"owner-prefix\", \"cursor\"}
  registry.list-tags {\"repository\", \"cursor\"}
  registry.resolve   {\"repository\", \"reference\"}
  registry.list-referrers {\"repository\", \"digest\", \"artifact-type\", \"cursor\"}
  source.list-changes {\"repository\", \"filter\", \"cursor\"} and the other functions of source, builder, bundler and
  delivery, with the parameters of wit/source.wit, wit/builder.wit, wit/bundler.wit and wit/delivery.wit

Examples:
  maquette plugin run powerdns.wasm dns.zones --config '{\"url\": \"http://127.0.0.1:8081\"}' \\
    --credential api-key=env:PDNS_API_KEY --egress http://127.0.0.1:8081
  maquette plugin run powerdns.wasm dns.observe '{\"zone\": \"preview.test\", \"names\": [\"a.preview.test\"]}' \\
    --config @config.json --credential api-key=file:api-key --egress https://pdns.example.com:8081")]
pub(crate) struct Run {
    /// A file, or REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) plugin: String,
    /// INTERFACE.FUNCTION, for example dns.observe.
    pub(crate) function: String,
    /// The function's parameters as a JSON object; @FILE reads it from a file.
    #[arg(default_value = "{}")]
    pub(crate) parameters: String,
    /// The Provider's spec.config as JSON; @FILE reads it from a file.
    #[arg(long, default_value = "{}", value_name = "JSON")]
    pub(crate) config: String,
    /// A credential and where its value is. Repeatable.
    #[arg(long, value_name = "NAME=env:VARIABLE|NAME=file:PATH")]
    pub(crate) credential: Vec<String>,
    /// A server that the plugin may reach: scheme, host and port. Repeatable.
    #[arg(long, value_name = "URL")]
    pub(crate) egress: Vec<String>,
    /// A range of private addresses that those servers' names may resolve to. Repeatable; addresses that are written
    /// in --egress are granted by that.
    #[arg(long, value_name = "CIDR")]
    pub(crate) egress_cidr: Vec<IpNet>,
    /// Seconds after which the call is ended.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Where the secret of the tunnel is that tunnel.ensure, tunnel.set-routes or tunnel.rotate is about: 32 bytes in
    /// base64. Without it a new one is made, which nobody learns.
    #[arg(long, value_name = "env:VARIABLE|file:PATH")]
    pub(crate) tunnel_secret: Option<String>,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// How to reach a registry.
#[derive(Debug, Args)]
pub(crate) struct Registry {
    /// Speaks to the registry without TLS. Loopback addresses always are.
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// User name for the registry, with --password-stdin.
    #[arg(long, requires = "password_stdin")]
    pub(crate) username: Option<String>,
    /// Reads the registry's password or token from standard input.
    #[arg(long, requires = "username")]
    pub(crate) password_stdin: bool,
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
