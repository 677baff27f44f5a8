//! What an administrator allows one provider, and the pure check of it against what the plugin asks for.
//! Nothing here does I/O.

mod check;
mod config;

use std::{collections::BTreeMap, time::Duration};

use ipnet::IpNet;

pub(crate) use check::{Admitted, admit};
pub(crate) use config::{config_validator, options_of, with_defaults};

use crate::names::{Digest, Origin, OriginError, Secret};

/// What one provider may use.
#[derive(Debug, Clone)]
pub struct Grants {
    /// Configuration of the provider; the plugin gets it as it is.
    pub config: serde_json::Value,
    /// Credentials by the names that the plugin declares. The plugin never sees them.
    pub credentials: BTreeMap<String, Secret>,
    /// Servers that it may call; nothing else is reachable.
    pub egress: Vec<Origin>,
    /// Address ranges that the names in `egress` may resolve to although they are private, loopback or link-local.
    pub egress_cidrs: Vec<IpNet>,
    /// What one call may consume.
    pub limits: Limits,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            config: serde_json::Value::Object(serde_json::Map::new()),
            credentials: BTreeMap::new(),
            egress: Vec::new(),
            egress_cidrs: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// What one call of a plugin may consume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// All memories of one call together, in bytes. At most [`Limits::MEMORY_CEILING`].
    pub memory_bytes: usize,
    /// Time from the start of the call to its end, waiting included.
    pub timeout: Duration,
    /// Processor time of one call.
    pub cpu_time: Duration,
    /// Calls of one provider that run at the same time; more wait.
    pub concurrency: usize,
}

impl Limits {
    /// The most memory that any call can be given, in bytes.
    pub const MEMORY_CEILING: usize = 512 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            timeout: Duration::from_secs(30),
            cpu_time: Duration::from_secs(5),
            concurrency: 8,
        }
    }
}

/// Why a provider cannot be set up with these grants. The message says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The digest was not installed by this host.
    #[error("plugin {0} is not loaded; install it first")]
    NotInstalled(Digest),
    /// The configuration does not satisfy the plugin's schema.
    #[error("config{path}: {problem}")]
    Config {
        /// JSON pointer to the value (RFC 6901), empty for the whole configuration.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A credential that the plugin needs is not given.
    #[error(
        "credential `{name}` is missing ({description}); add `credentials: {{{name}: {{secretRef: {{name: …, key: …}}}}}}`"
    )]
    CredentialMissing {
        /// Name that the plugin declares.
        name: String,
        /// What the plugin says about it.
        description: String,
    },
    /// None of several credentials of which one is enough is given.
    #[error(
        "one of the credentials `{}` is needed; add one of them under `credentials`",
        .names.join("`, `")
    )]
    CredentialGroup {
        /// Names that the plugin declares.
        names: Vec<String>,
    },
    /// An object's options do not satisfy the plugin's schema.
    #[error("options{path}: {problem}")]
    Options {
        /// JSON pointer to the value (RFC 6901), empty for all options.
        path: String,
        /// The problem.
        problem: String,
    },
    /// The plugin has no options for an interface.
    #[error("the plugin has no options for `{0}`; remove `options`")]
    OptionsUnknown(String),
    /// A credential cannot be put where the plugin declares it.
    #[error("credential `{name}` {problem}")]
    CredentialMalformed {
        /// Name that the plugin declares.
        name: String,
        /// What is wrong with it and what to do; never its bytes.
        problem: String,
    },
    /// A credential is given that the plugin does not declare.
    #[error("credential `{name}` is not one that the plugin uses; it uses: {known}")]
    CredentialUnknown {
        /// Name that was given.
        name: String,
        /// Names that the plugin declares.
        known: String,
    },
    /// The plugin calls a server that is not granted.
    #[error("the plugin calls {origin}, which is not granted; add `egress: [\"{origin}\"]`")]
    EgressNotGranted {
        /// What to add to `egress`.
        origin: Origin,
    },
    /// The plugin takes a server from the configuration, where there is no valid one.
    #[error("config{pointer}: no URL of the server to call: {problem}")]
    HostFromConfig {
        /// JSON pointer to the value (RFC 6901).
        pointer: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A limit is outside of what the host can enforce.
    #[error("limits.{field}: {problem}")]
    Limit {
        /// The limit.
        field: &'static str,
        /// What is accepted.
        problem: String,
    },
    /// The plugin's manifest cannot be used; its author has to correct it.
    #[error("the plugin's manifest cannot be used: {0}; tell the plugin's author")]
    Manifest(String),
}

impl From<OriginError> for GrantError {
    fn from(error: OriginError) -> Self {
        Self::Manifest(error.to_string())
    }
}
