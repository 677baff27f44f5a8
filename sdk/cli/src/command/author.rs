//! What the author of a plugin does.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Registry;

/// Makes the project of a new plugin.
///
/// The project builds, passes its tests and is free of lints as it is: change it bit by bit into your provider's plugin.
/// All but those for `registry` also keep the rules of the conformance kit: the project's README has the command.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin new mydns --interface dns
  maquette plugin new my-registry --interface registry --path plugins/my-registry
  maquette plugin new mydns --interface dns --sdk ../maquette")]
pub(crate) struct New {
    /// Name of the plugin and of its crate: lower case letters, digits and `-`.
    pub(crate) name: String,
    /// What it provides.
    #[arg(long, short, value_enum)]
    pub(crate) interface: Interface,
    /// Folder of the project, which must not exist yet or be empty. The plugin's name unless given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) path: Option<PathBuf>,
    /// Checkout of Maquette whose SDK is used. Without it the project depends on the release of this command's version.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) sdk: Option<PathBuf>,
}

/// What a plugin provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Interface {
    /// Record sets in zones.
    Dns,
    /// A way in from outside.
    Tunnel,
    /// Tags and digests of images.
    Registry,
    /// A git forge.
    Source,
    /// Builds of images.
    Builder,
    /// Images of workers.
    Bundler,
    /// A GitOps engine.
    Delivery,
}

/// Says what its users would stumble over, without running it.
///
/// Reads the file or artifact: whether the operator runs it, which version of the contract it was made for, what it asks
/// for, and what is missing in its manifest. What the operator would refuse ends with exit code 1; warnings do so with
/// --strict only.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin check target/maquette/mydns.wasm
  maquette plugin check registry.example.com/team/mydns:1.0.0 --strict
  maquette plugin check mydns.wasm --output json | jq '.findings[]'")]
pub(crate) struct Check {
    /// A file, or REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) plugin: String,
    /// Warnings are exit code 1, too.
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) registry: Registry,
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
