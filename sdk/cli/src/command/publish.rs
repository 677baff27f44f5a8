//! Everything about plugins in registries.

use std::path::PathBuf;

use clap::Args;

/// Publishes a plugin in an OCI registry.
///
/// The artifact is the CNCF's for WebAssembly (config application/vnd.wasm.config.v0+json, one layer application/wasm).
/// Without a tag, the version in the plugin's manifest becomes the tag; a tag that is another version is refused, as operators
/// refuse it. Prints the digest. The same file gives the same
/// digest when `SOURCE_DATE_EPOCH` is set, or unset: then no time is recorded.
///
/// The login is that of `docker login` (~/.docker/config.json and its credential helpers) unless one is given.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin push target/maquette/powerdns.wasm registry.example.com/maquette/powerdns
  maquette plugin push powerdns.wasm registry.example.com/maquette/powerdns:edge
  maquette plugin push powerdns.wasm 127.0.0.1:5000/powerdns
  maquette plugin push powerdns.wasm registry.example.com/maquette/powerdns --sbom --provenance --crate plugins/powerdns --key cosign.key
  echo \"$TOKEN\" | maquette plugin push powerdns.wasm ghcr.io/me/powerdns --username me --password-stdin")]
pub(crate) struct Push {
    /// File that `maquette plugin build` made.
    pub(crate) file: PathBuf,
    /// Where to: REGISTRY/REPOSITORY or REGISTRY/REPOSITORY:TAG.
    pub(crate) reference: String,
    /// Replaces a tag that already points to something else.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Puts beside it what it is made of: the crates of --crate, as `CycloneDX`.
    #[arg(long)]
    pub(crate) sbom: bool,
    /// Puts beside it how it was made: commit and lock file of --crate, as an in-toto statement with SLSA provenance.
    #[arg(long)]
    pub(crate) provenance: bool,
    /// Signs it, and what --sbom and --provenance put beside it, with this key; see `maquette plugin sign`.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Folder of the plugin's crate, for --sbom and --provenance.
    #[arg(long = "crate", value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Puts documents beside what is published: what it is made of, and how it was made.
///
/// For what other tools made: `maquette plugin push --sbom --provenance` does the same for a crate. Works for everything in a
/// registry, images and charts as well. With --key the documents are signed as `cosign attest` does, so that
/// `maquette plugin verify` and `cosign verify-attestation` show who vouches for them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin attach registry.example.com/team/mydns:1.0.0 --sbom bom.json --key cosign.key
  maquette plugin attach registry.example.com/team/web@sha256:… --crate web --target x86_64-unknown-linux-gnu --provenance predicate.json")]
#[command(group(clap::ArgGroup::new("documents").required(true).multiple(true).args(["sbom", "provenance", "folder"])))]
pub(crate) struct Attach {
    /// REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) reference: String,
    /// What it is made of: a `CycloneDX` document in JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) sbom: Option<PathBuf>,
    /// How it was made: the predicate of SLSA provenance 1.0 in JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) provenance: Option<PathBuf>,
    /// Folder of a crate that it was compiled from: writes the document of --sbom.
    #[arg(long = "crate", value_name = "FOLDER", conflicts_with = "sbom")]
    pub(crate) folder: Option<PathBuf>,
    /// What --crate was compiled for.
    #[arg(long, value_name = "TRIPLE", default_value = "wasm32-wasip2")]
    pub(crate) target: String,
    /// Signs the documents with this key; see `maquette plugin sign`.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Says what a plugin is and what it asks for, without running it.
///
/// Of a published one also what lies beside it. Who signed it says `maquette plugin verify`.
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
