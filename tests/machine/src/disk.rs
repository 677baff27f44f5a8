//! Space on disk, in the folders that grow.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::finding::Finding;
use crate::program::output;
use crate::purpose::Purpose;

/// A folder that grows, its name for users, and the space that it needs in MiB when nothing is there yet.
struct Room {
    name: &'static str,
    folder: PathBuf,
    needs: u64,
}

pub(crate) fn check(purpose: Purpose) -> Vec<Finding> {
    rooms(purpose).iter().map(look).collect()
}

fn rooms(purpose: Purpose) -> Vec<Room> {
    let home = PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/root".into()));
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| home.join(".cache"));
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    // Measured with `du -sm` after the command on a machine that had nothing, and rounded up by a third.
    let (built, tools) = match purpose {
        Purpose::Test => (18_000, 9_000),
        Purpose::Demo => (5_000, 7_000),
        Purpose::Current => (5_000, 2_000),
        Purpose::Compile => (5_000, 0),
    };
    let room = |name, folder, needs| Room {
        name,
        folder,
        needs,
    };
    let mut rooms = vec![room("disk space for compiled code", target, built)];
    if tools > 0 {
        rooms.push(room(
            "disk space for the cluster's programs",
            cache.join("maquette"),
            tools,
        ));
    }
    rooms
}

fn look(room: &Room) -> Finding {
    let folder = existing(&room.folder);
    let used = if room.folder.is_dir() {
        first_number(Command::new("du").arg("-sm").arg(&room.folder))
    } else {
        None
    };
    // POSIX: `df -Pk` writes a heading and one line for the file system; the fourth column is the free space in KiB.
    let free = output(Command::new("df").arg("-Pk").arg(&folder))
        .ok()
        .and_then(|said| {
            said.lines()
                .nth(1)?
                .split_whitespace()
                .nth(3)?
                .parse::<u64>()
                .ok()
        })
        .map(|kib| kib / 1024);
    decide(
        room.name,
        &folder,
        room.needs.saturating_sub(used.unwrap_or(0)),
        free,
    )
}

fn decide(name: &str, folder: &Path, needs: u64, free: Option<u64>) -> Finding {
    let folder = folder.display();
    match free {
        Some(free) if free < needs => Finding::missing(
            name,
            format!("{free} MiB are free at {folder}, and {needs} MiB more are needed"),
            "free space there, or set CARGO_TARGET_DIR or XDG_CACHE_HOME to a folder with more",
        ),
        Some(free) => Finding::present(
            name,
            format!("{free} MiB free at {folder}, up to {needs} MiB needed"),
        ),
        None => Finding::present(
            name,
            format!("unknown at {folder}, up to {needs} MiB needed"),
        ),
    }
}

fn first_number(command: &mut Command) -> Option<u64> {
    output(command)
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

/// The folder itself or the nearest one above it that exists.
fn existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let found = absolute.ancestors().find(|above| above.is_dir());
    found.unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_space_states_both_amounts() {
        let finding = decide("disk space", Path::new("/cache"), 7000, Some(300));
        assert!(finding.is_missing());
        let said = finding.to_string();
        assert!(
            said.contains("300 MiB are free at /cache, and 7000 MiB more"),
            "{said}"
        );
        assert!(!decide("disk space", Path::new("/cache"), 7000, Some(7000)).is_missing());
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_is_measured_where_it_will_be() {
        assert_eq!(
            existing(Path::new("/proc/no-such-folder/deep")),
            Path::new("/proc")
        );
    }
}
