use std::time::Duration;

use crate::Digest;

/// Why a plugin could not be pulled. The message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// No connection, or it broke.
    #[error("the registry {registry} cannot be reached: {problem}; check its name and the network")]
    Unreachable {
        /// `host:port`.
        registry: String,
        /// What happened.
        problem: String,
    },
    /// It did not answer in time.
    #[error("the registry {registry} did not answer within {} s; try later or ask who runs it", .timeout.as_secs())]
    Timeout {
        /// `host:port`.
        registry: String,
        /// How long was waited.
        timeout: Duration,
    },
    /// The registry has no such thing.
    #[error(
        "{reference} does not exist in the registry; check repository and version, and that it was pushed"
    )]
    NotFound {
        /// What was asked for.
        reference: String,
    },
    /// The registry does not let us.
    #[error("the registry does not allow to pull {reference}: {message}; check `pullSecrets`")]
    Unauthorized {
        /// What was asked for.
        reference: String,
        /// What the registry says.
        message: String,
    },
    /// The registry answers with an error.
    #[error(
        "the registry answers {status} for {reference}: {message}; try later or ask who runs it"
    )]
    Refused {
        /// What was asked for.
        reference: String,
        /// HTTP status.
        status: u16,
        /// What the registry says.
        message: String,
    },
    /// The registry sends us elsewhere for a token, where the credential must not go.
    #[error("the registry {registry} asks to log in at {realm}, {problem}; nothing was sent there")]
    RealmRefused {
        /// `host:port`.
        registry: String,
        /// Where it sends us.
        realm: String,
        /// Why not.
        problem: &'static str,
    },
    /// The registry sends us elsewhere for a blob, where we do not go.
    #[error("the registry {registry} redirects to {target}, {problem}")]
    RedirectRefused {
        /// `host:port`.
        registry: String,
        /// Where it sends us.
        target: String,
        /// Why not.
        problem: &'static str,
    },
    /// No tag satisfies the constraint.
    #[error("no tag of {repository} satisfies `{range}`; {available}")]
    NoVersion {
        /// The repository.
        repository: String,
        /// The constraint.
        range: String,
        /// Which versions there are.
        available: String,
    },
    /// The list of tags does not end.
    #[error(
        "the tags of {repository} do not end after {pages} pages; name a tag or a digest instead of a range"
    )]
    EndlessTags {
        /// The repository.
        repository: String,
        /// How many were read.
        pages: usize,
    },
    /// Something is larger than allowed.
    #[error("{what} is larger than {cap} bytes; nothing larger is accepted")]
    TooLarge {
        /// What.
        what: &'static str,
        /// What is allowed, in bytes.
        cap: u64,
    },
    /// The layer is not as long as its manifest says.
    #[error(
        "the component is {actual} bytes long, and its manifest says {declared}; push it again"
    )]
    LyingLength {
        /// What the manifest says.
        declared: u64,
        /// What came, where reading stopped in time.
        actual: u64,
    },
    /// The bytes are not those of the digest.
    #[error(
        "{what} has the digest {actual} and not {expected}: the registry or somebody in between changed it"
    )]
    WrongDigest {
        /// What.
        what: &'static str,
        /// What was asked for.
        expected: Digest,
        /// What came.
        actual: Digest,
    },
    /// The reference is an index of several manifests.
    #[error(
        "{reference} is an index of several artifacts; push the plugin alone with `maquette plugin push`"
    )]
    IsIndex {
        /// What was asked for.
        reference: String,
    },
    /// The artifact does not have exactly one layer.
    #[error(
        "the artifact has {0} layers, and a plugin has exactly one; push it with `maquette plugin push`"
    )]
    Layers(usize),
    /// Something else than a WebAssembly artifact, such as a container image.
    #[error(
        "{what} has the media type `{found}` and not `{expected}`; push it with `maquette plugin push`"
    )]
    MediaType {
        /// Which part of it.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// An artifact for another platform.
    #[error("the artifact is for `{found}` and not for `wasip2/wasm`; build it for wasm32-wasip2")]
    Platform {
        /// `os/architecture` that it names.
        found: String,
    },
    /// A document cannot be read.
    #[error("{what} cannot be read: {problem}; push it again or tell the registry's operator")]
    Malformed {
        /// Which document.
        what: &'static str,
        /// What the parser says.
        problem: String,
    },
}

impl PullError {
    /// Whether it passes by itself: the registry is away or overloaded, and has not said no.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}
