//! Finds what a record missed: processes that carry the marker of a run, and what their containers left in its cgroup.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::{MARKER, end, stat};

/// Ends every process that carries the marker of the run in `folder`. Returns how many there were.
///
/// Repeats until none is found, because a process may fork while the list is read; bounded, because one may hang.
pub(crate) fn end_everything_marked(folder: &Path) -> usize {
    let marker = format!("{MARKER}={}", folder.display());
    end_all(|| {
        processes()
            .filter(|pid| carries(*pid, marker.as_bytes()))
            .collect()
    })
}

/// Ends every process of a cgroup and of those below it. Returns how many there were.
pub(crate) fn end_cgroup(cgroup: &Path) -> usize {
    end_all(|| members(cgroup))
}

fn end_all(find: impl Fn() -> Vec<u32>) -> usize {
    let mut ended = 0;
    for _ in 0..20 {
        let found: Vec<(u32, u64)> = find()
            .into_iter()
            .filter_map(|pid| Some((pid, stat(pid)?)))
            .filter(|(_, stat)| stat.state != 'Z')
            .map(|(pid, stat)| (pid, stat.started))
            .collect();
        if found.is_empty() {
            break;
        }
        ended += found.len();
        for (pid, started) in found {
            end(pid, started, Signal::KILL, Duration::from_secs(5));
        }
    }
    ended
}

fn processes() -> impl Iterator<Item = u32> {
    let own = std::process::id();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(move |pid| *pid != own)
}

/// The environment a process was started with (`proc_pid_environ(5)`): entries that end with a NUL byte.
fn carries(pid: u32, marker: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment
            .split(|byte| *byte == 0)
            .any(|entry| entry == marker)
    })
}

fn members(cgroup: &Path) -> Vec<u32> {
    let own = fs::read_to_string(cgroup.join("cgroup.procs")).unwrap_or_default();
    let mut found: Vec<u32> = own.lines().filter_map(|line| line.parse().ok()).collect();
    for entry in fs::read_dir(cgroup).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(members(&entry.path()));
        }
    }
    found
}
