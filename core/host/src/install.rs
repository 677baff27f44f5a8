//! What is wanted, what was installed, and why it could not be.

use std::time::Duration;

use crate::{
    Digest, Login, Manifest, Repository, TrustError, Verification, Version, inspect::InspectError,
    registry::PullError,
};

/// Which plugin is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it is.
    pub repository: Repository,
    /// Which version of it.
    pub version: Version,
    /// How to log in there, where that is needed.
    pub login: Option<Login>,
    /// Who has to have signed it: each of these has to be satisfied. Nothing is required where there is none.
    pub verify: Vec<Verification>,
}

impl Wanted {
    /// This version, without a login and whoever signed it.
    pub fn new(repository: Repository, version: Version) -> Self {
        Self {
            repository,
            version,
            login: None,
            verify: Vec::new(),
        }
    }
}

/// What is known of a version without fetching its component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Digest of its manifest.
    pub digest: Digest,
    /// The tag that it was found by; none where it was asked for by digest.
    pub tag: Option<String>,
    /// Who signed it: one for each verification.
    pub signed_by: Vec<String>,
}

/// A plugin that is ready to be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// Digest of its manifest in the registry: what identifies it from now on.
    pub digest: Digest,
    /// The tag that it was found by; the version in its manifest where it was asked for by digest.
    pub version: String,
    /// What it says about itself.
    pub manifest: Manifest,
    /// Provider interfaces that it exports, for example `maquette:dns/dns@0.1.0`.
    pub interfaces: Vec<String>,
    /// Interfaces that it imports: all that it can ever reach.
    pub imports: Vec<String>,
    /// Size of the component in bytes.
    pub size_bytes: u64,
    /// Whether the registry could not be asked and the version is the one that was last found.
    pub remembered: bool,
    /// Who signed it: one for each verification that was wanted.
    pub signed_by: Vec<String>,
}

/// Why a plugin could not be installed. The message says what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InstallError {
    /// It could not be pulled.
    #[error(transparent)]
    Pull(#[from] PullError),
    /// It is not signed by who is required. Nothing of it was compiled.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// It is not a plugin that this host runs.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// It cannot be compiled or linked.
    #[error("the plugin cannot be compiled: {0}; rebuild it with a current SDK")]
    Compile(String),
    /// Compiling it takes too long.
    #[error("compiling the plugin took longer than {} s; it is not tried again before a restart: use another version", .0.as_secs())]
    CompileTimeout(Duration),
    /// Compiling it takes too much memory.
    #[error("compiling the plugin needed more than {} MiB of memory; it is not tried again before a restart: use another version", .0 >> 20)]
    CompileMemory(u64),
    /// Its machine code is too large.
    #[error("the machine code of the plugin is larger than {} MiB; it is not tried again before a restart: use another version", .0 >> 20)]
    CodeSize(usize),
    /// The compiler's process did not come to its end.
    #[error(
        "the plugin could not be compiled: the compiler's process ended: {0}; look at the memory of the operator's pod"
    )]
    CompilerDied(String),
    /// The cache folder cannot be written.
    #[error("the plugin cache cannot be written: {0}; check the volume behind it")]
    Cache(String),
}
