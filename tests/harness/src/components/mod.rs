//! The programs of a cluster: for each, its flags and configuration files as values. Nothing here runs anything but
//! [`Unit::start`]. The facts behind the flags were tried out on Debian 12 with 2 cores, without `CAP_SYS_RESOURCE`.

pub(crate) mod apiserver;
pub(crate) mod containerd;
pub(crate) mod controllers;
pub(crate) mod coredns;
pub(crate) mod etcd;
pub(crate) mod kubelet;
pub(crate) mod kwok;
pub(crate) mod powerdns;
pub(crate) mod proxy;
pub(crate) mod registry;
pub(crate) mod traefik;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::process::{Process, ProcessError, Program, Run, write_secret};

/// The name of a run's parts that do not lie in its folder: its network and its cgroup in each hierarchy. Cleaning up finds by
/// it those of this run and no others.
pub(crate) fn unique_name(folder: &Path) -> String {
    let digest = hex::encode(Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    format!("maquette-{}", digest.get(..8).unwrap_or_default())
}

/// A program and what must be on disk before it starts.
#[derive(Debug)]
pub(crate) struct Unit {
    /// What to run.
    pub(crate) program: Program,
    /// Its configuration files; readable by their owner only, because some hold tokens.
    pub(crate) files: Vec<(PathBuf, String)>,
    /// Folders that it expects to exist.
    pub(crate) folders: Vec<PathBuf>,
}

impl Unit {
    pub(crate) fn new(name: &str, path: PathBuf) -> Self {
        let program = Program {
            name: name.to_owned(),
            path,
            arguments: Vec::new(),
            environment: Vec::new(),
        };
        Self {
            program,
            files: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// Adds arguments.
    pub(crate) fn arguments(mut self, arguments: impl IntoIterator<Item = String>) -> Self {
        self.program.arguments.extend(arguments);
        self
    }

    /// Adds an environment variable.
    pub(crate) fn environment(mut self, name: &str, value: &Path) -> Self {
        self.program
            .environment
            .push((name.to_owned(), value.display().to_string()));
        self
    }

    /// Adds a configuration file.
    pub(crate) fn file(mut self, path: PathBuf, text: String) -> Self {
        self.files.push((path, text));
        self
    }

    /// Adds a folder.
    pub(crate) fn folder(mut self, path: PathBuf) -> Self {
        self.folders.push(path);
        self
    }

    /// Writes the files and starts the program.
    pub(crate) fn start(self, run: &Run) -> Result<Process, ProcessError> {
        for folder in &self.folders {
            fs::create_dir_all(folder).map_err(|source| ProcessError::File {
                path: folder.clone(),
                source,
            })?;
        }
        for (path, text) in &self.files {
            write_secret(path, text.as_bytes())?;
        }
        run.start(self.program)
    }
}
