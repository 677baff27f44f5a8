//! What whoever runs the host decides once, and why the host cannot start with it.

use std::{path::PathBuf, time::Duration};

use crate::{
    code::compiler::{CompileCaps, Compiler},
    egress::Tape,
};

/// What whoever runs the host decides once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder that belongs to this host alone: artifacts, compiled code and the key that authenticates it.
    pub cache_dir: PathBuf,
    /// What a pull may consume.
    pub pull: PullCaps,
    /// Registries that are spoken to without TLS, as `host:port`. Loopback addresses always are.
    pub plain_http_registries: Vec<String>,
    /// Certificates (PEM) that registries and granted servers may be signed by, besides the system's.
    pub extra_ca_pem: Vec<u8>,
    /// Where plugins are compiled. Whoever installs what others made wants a process of its own for that.
    pub compiler: Compiler,
    /// What compiling one plugin may take.
    pub compile: CompileCaps,
    /// Size that the cache folder may have, in bytes. Beyond it goes what was not used for the longest time; what runs
    /// now stays, and alone may be larger.
    pub cache_bytes: u64,
    /// Calls that run at the same time, of all providers together.
    pub concurrency: u32,
    /// Keeps what providers are asked and answer, or answers in their stead: for whoever tries a plugin. Nothing unless set.
    pub tape: Option<Tape>,
}

impl Settings {
    /// The defaults around this cache folder.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            pull: PullCaps::default(),
            plain_http_registries: Vec::new(),
            extra_ca_pem: Vec::new(),
            compiler: Compiler::Here,
            compile: CompileCaps::default(),
            cache_bytes: 900 << 20,
            concurrency: 64,
            tape: None,
        }
    }
}

/// What a pull may consume; enforced while the answer streams in, whatever length it declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullCaps {
    /// The component, in bytes.
    pub plugin_bytes: u64,
    /// The manifest and the configuration document, in bytes each.
    pub manifest_bytes: u64,
    /// A token answer, in bytes.
    pub token_bytes: u64,
    /// What is read of an error answer, in bytes.
    pub error_bytes: u64,
    /// One page of a tag list, in bytes.
    pub tags_bytes: u64,
    /// Pages of a tag list.
    pub tags_pages: usize,
    /// One request and its answer.
    pub request_timeout: Duration,
}

impl Default for PullCaps {
    fn default() -> Self {
        Self {
            plugin_bytes: 32 << 20,
            manifest_bytes: 1 << 20,
            token_bytes: 64 << 10,
            error_bytes: 8 << 10,
            tags_bytes: 4 << 20,
            tags_pages: 100,
            request_timeout: Duration::from_mins(1),
        }
    }
}

/// Why the host cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The cache folder cannot be used.
    #[error(
        "the plugin cache {path} cannot be used: {source}; it must be a folder that only the operator can write to"
    )]
    Cache {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The additional certificates cannot be read.
    #[error("the additional CA certificates cannot be read: {0}; they must be PEM")]
    Certificates(String),
    /// The sandbox cannot be made.
    #[error("the plugin sandbox cannot be made on this machine: {0}")]
    Sandbox(String),
}
