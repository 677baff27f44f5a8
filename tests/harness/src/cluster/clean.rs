//! Removing a cluster, whatever state it is in. There is one way, for a healthy cluster and for the rest of a crashed one:
//! everything is found by what it carries (marker, cgroup, mount point, bridge) rather than by asking it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::mount::{UnmountFlags, unmount};

use super::{ClusterError, network, node};
use crate::components::unique_name;
use crate::process::{Run, end_cgroup, end_everything_marked};
use crate::progress::Progress;

/// Removes the cluster in `folder`. Does nothing when there is neither a folder nor a bridge.
pub(super) fn clean(folder: &Path, progress: &Progress) -> Result<(), ClusterError> {
    if !folder.exists() && !network::exists() {
        return Ok(());
    }
    progress.say(format_args!("removing the cluster in {}", folder.display()));
    // kubelet first, else it starts again what is being ended.
    Run::at(folder).end_all(
        &["kubelet", "kube-controller-manager", "containerd"],
        Duration::ZERO,
    )?;
    for cgroup in node::cgroups(folder) {
        end_cgroup(&cgroup);
        remove_cgroup(&cgroup);
    }
    remove_shim_sockets(folder);
    unmount_below(folder);
    network::remove()?;
    if let Ok(before) = fs::read_to_string(folder.join("ip-forward")) {
        network::set_forwarding(before.trim())?;
    }
    remove_what_lies_outside(folder);
    let left = left_behind(folder);
    if !left.is_empty() {
        return Err(ClusterError::LeftBehind(left.join(", ")));
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ClusterError::File {
            path: folder.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// What of the cluster still exists apart from its folder.
fn left_behind(folder: &Path) -> Vec<String> {
    let mut left = Vec::new();
    let processes = end_everything_marked(folder);
    if processes > 0 {
        left.push(format!("{processes} processes"));
    }
    left.extend(
        mounts_below(folder)
            .into_iter()
            .map(|mount| format!("the mount {}", mount.display())),
    );
    left.extend(
        node::cgroups(folder)
            .into_iter()
            .filter(|cgroup| cgroup.exists())
            .map(|cgroup| format!("the cgroup {}", cgroup.display())),
    );
    if network::exists() {
        left.push(format!("the bridge {}", network::BRIDGE));
    }
    left
}

/// A cgroup can be removed once it has no children and no processes.
fn remove_cgroup(cgroup: &Path) {
    for entry in fs::read_dir(cgroup).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_cgroup(&entry.path());
        }
    }
    // The kernel takes a moment to let go of processes that have just ended.
    for _ in 0..100 {
        if fs::remove_dir(cgroup).is_ok() || !cgroup.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// containerd's shims listen in /run/containerd/s/; each wrote its socket's address into its bundle.
fn remove_shim_sockets(folder: &Path) {
    let bundles = folder.join("containerd/run/io.containerd.runtime.v2.task/k8s.io");
    for entry in fs::read_dir(bundles).into_iter().flatten().flatten() {
        let address = fs::read_to_string(entry.path().join("address")).unwrap_or_default();
        if let Some(socket) = address
            .trim()
            .strip_prefix("unix://")
            .filter(|path| path.starts_with("/run/containerd/s/"))
        {
            drop(fs::remove_file(socket));
        }
    }
}

/// Unmounts the deepest first; lazily, because a mount in use by a dying process must not stop the rest.
fn unmount_below(folder: &Path) {
    for mount in mounts_below(folder) {
        let _ = unmount(&mount, UnmountFlags::DETACH);
    }
}

fn mounts_below(folder: &Path) -> Vec<PathBuf> {
    mount_points(
        &fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(),
        folder,
    )
}

/// The mount points below `folder`, the last mounted first (`proc_pid_mountinfo(5)`, field 5, blanks as `\040`).
fn mount_points(mountinfo: &str, folder: &Path) -> Vec<PathBuf> {
    let points = mountinfo.lines().filter_map(|line| line.split(' ').nth(4));
    let mut found: Vec<PathBuf> = points
        .map(|point| PathBuf::from(point.replace("\\040", " ")))
        .filter(|point| point.starts_with(folder))
        .collect();
    found.reverse();
    found
}

/// Files that CNI and kubelet write at fixed places. CNI's begin with the network's name.
fn remove_what_lies_outside(folder: &Path) {
    let network = format!("{}-", unique_name(folder));
    remove_from("/var/lib/cni/results", |path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&network))
    });
    remove_from("/var/log/containers", |path| {
        fs::read_link(path).is_ok_and(|target| target.starts_with(folder))
    });
}

fn remove_from(place: &str, is_ours: impl Fn(&Path) -> bool) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    for path in entries
        .map(|entry| entry.path())
        .filter(|path| is_ours(path))
    {
        drop(fs::remove_file(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_of_the_run_are_found_deepest_first_and_those_of_a_namesake_are_not() {
        let mountinfo = "1 0 8:1 / / rw - ext4 /dev/vda rw\n\
            2 1 0:5 / /s/cluster/kubelet rw - tmpfs tmpfs rw\n\
            3 2 0:6 / /s/cluster/kubelet/a\\040b rw - tmpfs tmpfs rw\n\
            4 1 0:7 / /s/cluster-two rw - tmpfs tmpfs rw\n";
        let found = mount_points(mountinfo, Path::new("/s/cluster"));
        assert_eq!(
            found,
            [
                PathBuf::from("/s/cluster/kubelet/a b"),
                PathBuf::from("/s/cluster/kubelet")
            ]
        );
    }
}
