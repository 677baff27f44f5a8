//! Signatures, and plugins in files.

use std::path::PathBuf;

use clap::Args;

use super::Registry;

/// Signs a published plugin.
///
/// The signature is cosign's (a "simple signing" document signed with ECDSA P-256) and lies beside the plugin in the
/// registry, as a referrer and under the tag sha256-….sig: the operator, `maquette plugin verify` and `cosign verify` find it.
/// What is signed is the digest that the reference names at that moment. Documents beside it are signed where they are made: by
/// `maquette plugin push --key` and `maquette plugin attach --key`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signing.key
  openssl pkey -in signing.key -pubout -out signing.pub
  maquette plugin sign registry.example.com/team/mydns:1.0.0 --key signing.key
  COSIGN_PASSWORD=… maquette plugin sign registry.example.com/team/mydns@sha256:… --key cosign.key")]
pub(crate) struct Sign {
    /// REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) reference: String,
    /// Private key: one of `cosign generate-key-pair`, with its password in `COSIGN_PASSWORD`, or PKCS #8 in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Says who signed a published plugin.
///
/// Exit code 1 unless it is one of those who are named. Verified is the digest, by the code that the operator uses; and the
/// statements about it that they signed: its provenance and what it is made of, as `cosign verify-attestation` does.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin verify registry.example.com/team/mydns:1.0.0 --key signing.pub
  maquette plugin verify registry.example.com/team/mydns:1.0.0 --key signing.pub --require-provenance
  maquette plugin verify ghcr.io/team/mydns:1.0.0 --trusted-root trusted_root.json \\
    --certificate-oidc-issuer https://token.actions.githubusercontent.com \\
    --certificate-identity-regexp 'https://github.com/team/mydns/.github/workflows/.*@refs/tags/.*'")]
pub(crate) struct Verify {
    /// REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) reference: String,
    /// Exit code 1 also where none of those who are named signed its provenance.
    #[arg(long)]
    pub(crate) require_provenance: bool,
    #[command(flatten)]
    pub(crate) signers: Signers,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Reads a published plugin into a file.
///
/// The tag is resolved to a digest once; what is written is what this digest names. With --key or an identity, nothing is
/// written that they did not sign.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin pull registry.example.com/team/mydns:1.0.0 --key signing.pub
  maquette plugin pull registry.example.com/team/mydns@sha256:… --file mydns.wasm")]
pub(crate) struct Pull {
    /// REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) reference: String,
    /// Where it goes. NAME.wasm unless given.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signers: Signers,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Writes a published plugin with its signatures into one file, for networks that are cut off.
///
/// The file is an OCI image layout in a tar archive. With --key or an identity, nothing is written that they did not sign.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin save registry.example.com/team/mydns:1.0.0 mydns.tar --key signing.pub
  maquette plugin load mydns.tar registry.inside.example/team/mydns")]
pub(crate) struct Save {
    /// REGISTRY/REPOSITORY with :TAG or @DIGEST.
    pub(crate) reference: String,
    /// The file.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) signers: Signers,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Publishes what `maquette plugin save` wrote in another registry.
///
/// Digests stay the same, so that signatures stay valid. Without a tag, that of `save` is used.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  maquette plugin load mydns.tar registry.inside.example/team/mydns
  maquette plugin load mydns.tar registry.inside.example/team/mydns:1.0.0 --plain-http")]
pub(crate) struct Load {
    /// The file.
    pub(crate) file: PathBuf,
    /// Where to: REGISTRY/REPOSITORY or REGISTRY/REPOSITORY:TAG.
    pub(crate) reference: String,
    /// Replaces a tag that already points to something else.
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) registry: Registry,
}

/// Who has to have signed: one of these suffices.
#[derive(Debug, Args)]
pub(crate) struct Signers {
    /// Public key (PEM) of a signer. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    /// Address or workflow that a certificate of Sigstore names.
    #[arg(long, value_name = "IDENTITY", requires_all = ["certificate_oidc_issuer", "trusted_root"])]
    pub(crate) certificate_identity: Option<String>,
    /// The same as a regular expression, which matches as a whole.
    #[arg(long, value_name = "PATTERN", requires_all = ["certificate_oidc_issuer", "trusted_root"], conflicts_with = "certificate_identity")]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// Who vouched for the identity, for example `https://token.actions.githubusercontent.com`.
    #[arg(long, value_name = "URL")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// Sigstore's `trusted_root.json`: whose certificates and logs count.
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,
}
