//! A run: one folder with the records and logs of the processes that belong together.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{MARKER, Process, ProcessError, Program, end_everything_marked, stat};

/// Programs are looked up here whatever the caller's `PATH` is; Debian keeps iptables and runc in sbin.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The folder of one run: `processes/<name>.json` and `logs/<name>.log` below it are this module's.
#[derive(Debug, Clone)]
pub struct Run {
    folder: PathBuf,
}

impl Run {
    /// The run that lives in `folder`.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The log file of a process.
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.join("logs").join(format!("{name}.log"))
    }

    /// Starts a program in the background and records it. It gets no input and a process group of its own, so that an
    /// interrupt typed at the terminal does not reach it.
    pub fn start(&self, program: Program) -> Result<Process, ProcessError> {
        let log = self.log(&program.name);
        write_parents(&log)?;
        let output = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|source| file(&log, source))?;
        let errors = output.try_clone().map_err(|source| file(&log, source))?;
        let mut child = Command::new(&program.path)
            .args(&program.arguments)
            .env_clear()
            .env("PATH", PATH)
            .env(MARKER, &self.folder)
            .envs(
                program
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|source| ProcessError::Start {
                name: program.name.clone(),
                path: program.path.clone(),
                source,
            })?;
        let pid = child.id();
        let started = stat(pid).map_or(0, |stat| stat.started);
        // Reaps the child, so that it does not stay a zombie while this command runs.
        std::thread::spawn(move || drop(child.wait()));
        let process = Process {
            program,
            pid,
            started,
            log,
        };
        self.record(&process)?;
        Ok(process)
    }

    /// All recorded processes by name, running or not.
    pub fn processes(&self) -> BTreeMap<String, Process> {
        let entries = fs::read_dir(self.folder.join("processes"))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .filter_map(|entry| {
                serde_json::from_slice::<Process>(&fs::read(entry.path()).ok()?).ok()
            })
            .map(|process| (process.program.name.clone(), process))
            .collect()
    }

    /// One recorded process.
    pub fn process(&self, name: &str) -> Option<Process> {
        serde_json::from_slice(&fs::read(self.record_of(name)).ok()?).ok()
    }

    /// Starts a recorded program again, with the arguments it had.
    pub fn start_again(&self, process: &Process) -> Result<Process, ProcessError> {
        self.start(process.program.clone())
    }

    /// Ends every process of the run, those first that `first` names, then whatever carries its marker.
    pub fn end_all(&self, first: &[&str], grace: Duration) -> Result<(), ProcessError> {
        let mut processes = self.processes();
        for process in first.iter().filter_map(|name| processes.remove(*name)) {
            process.stop(grace)?;
        }
        for process in processes.values() {
            process.stop(Duration::ZERO)?;
        }
        end_everything_marked(&self.folder);
        Ok(())
    }

    fn record_of(&self, name: &str) -> PathBuf {
        self.folder.join("processes").join(format!("{name}.json"))
    }

    fn record(&self, process: &Process) -> Result<(), ProcessError> {
        let path = self.record_of(&process.program.name);
        let text =
            serde_json::to_vec_pretty(process).map_err(|source| file(&path, source.into()))?;
        write_secret(&path, &text)
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), ProcessError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    write_parents(path)?;
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let written = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| file(path, source))
}

fn write_parents(path: &Path) -> Result<(), ProcessError> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).map_err(|source| file(parent, source))
}

pub(crate) fn file(path: &Path, source: std::io::Error) -> ProcessError {
    ProcessError::File {
        path: path.to_owned(),
        source,
    }
}
