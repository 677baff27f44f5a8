//! Processes that outlive the command that started them: started with a record, ended by it, never by name.
//!
//! A process is recorded with its PID and its start time, so that a recycled PID is never signalled. Each also carries
//! [`MARKER`] in its environment, which children inherit: whatever a record missed because a run was killed is found by it.

mod leftovers;
mod procfs;
mod run;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

pub(crate) use leftovers::{end_cgroup, end_everything_marked};
pub use procfs::is_alive;
pub(crate) use procfs::stat;
pub use run::Run;
pub(crate) use run::write_secret;

/// The environment variable that names the run a process belongs to.
pub const MARKER: &str = "MAQUETTE_RUN";

/// What to run. Serialised, so that another command can start it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Name of the process within its run, also of its log file.
    pub name: String,
    /// Path of the executable.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Environment variables in addition to `PATH` and [`MARKER`]; nothing else is inherited.
    pub environment: Vec<(String, String)>,
}

/// A process that was started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Process {
    /// What was run.
    pub program: Program,
    /// Process id.
    pub pid: u32,
    /// Start time in clock ticks after boot, as in field 22 of `proc_pid_stat(5)`.
    pub started: u64,
    /// Where its output goes.
    pub log: PathBuf,
}

/// A process could not be started or watched.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A file of the run could not be written or read.
    #[error("cannot use {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program could not be started.
    #[error("cannot start {} ({})", .name, .path.display())]
    Start {
        /// The process' name.
        name: String,
        /// The executable.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It ended although it was needed.
    #[error("{name} ended; the last lines of its log {}:\n{last_lines}", .log.display())]
    Ended {
        /// The process' name.
        name: String,
        /// Its log file.
        log: PathBuf,
        /// The log's last lines.
        last_lines: String,
    },
    /// It could not be ended.
    #[error(
        "{name} (process {pid}) did not end after SIGKILL; it may hang in the kernel, `cat /proc/{pid}/stack` shows where"
    )]
    Unkillable {
        /// The process' name.
        name: String,
        /// Its id.
        pid: u32,
    },
}

impl Process {
    /// Whether exactly this process still runs; a zombie does not.
    pub fn is_alive(&self) -> bool {
        is_alive(self.pid, self.started)
    }

    /// Refuses with the last lines of the log if the process has ended.
    pub fn check(&self) -> Result<(), ProcessError> {
        if self.is_alive() {
            return Ok(());
        }
        let (name, log) = (self.program.name.clone(), self.log.clone());
        Err(ProcessError::Ended {
            name,
            last_lines: self.last_lines(15),
            log,
        })
    }

    /// The last lines of the log.
    pub fn last_lines(&self, count: usize) -> String {
        let text = fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines
            .get(lines.len().saturating_sub(count)..)
            .unwrap_or_default()
            .join("\n")
    }

    /// Ends the process: SIGTERM, and SIGKILL when it has not ended within `grace`.
    pub fn stop(&self, grace: Duration) -> Result<(), ProcessError> {
        if !grace.is_zero() && end(self.pid, self.started, Signal::TERM, grace) {
            return Ok(());
        }
        self.kill()
    }

    /// Ends the process with SIGKILL, as a crash would, and waits until it is gone.
    pub fn kill(&self) -> Result<(), ProcessError> {
        if end(
            self.pid,
            self.started,
            Signal::KILL,
            Duration::from_secs(20),
        ) {
            return Ok(());
        }
        Err(ProcessError::Unkillable {
            name: self.program.name.clone(),
            pid: self.pid,
        })
    }
}

/// Signals one process and waits for its end. True when it is gone.
///
/// The handle is opened before the start time is compared: from then on it can only mean the compared process.
fn end(pid: u32, started: u64, signal: Signal, within: Duration) -> bool {
    let Some(handle) = open(pid) else {
        return !is_alive(pid, started);
    };
    if !is_alive(pid, started) {
        return true;
    }
    if pidfd_send_signal(&handle, signal).is_err() {
        return !is_alive(pid, started);
    }
    let within = Timespec {
        tv_sec: i64::try_from(within.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: within.subsec_nanos().into(),
    };
    // Readable means ended (pidfd_open(2)); an interrupted poll is settled by the look that follows.
    let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&within));
    !is_alive(pid, started)
}

fn open(pid: u32) -> Option<OwnedFd> {
    let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

#[cfg(test)]
mod tests;
