//! Where the harness keeps what it builds and what it runs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder for what can be built again: `$XDG_CACHE_HOME/maquette`, or `~/.cache/maquette`.
pub fn cache() -> PathBuf {
    base(env::var_os("XDG_CACHE_HOME"), env::var_os("HOME"), ".cache").join("maquette")
}

/// The folder for what is running: `$XDG_STATE_HOME/maquette`, or `~/.local/state/maquette`.
pub fn state() -> PathBuf {
    base(
        env::var_os("XDG_STATE_HOME"),
        env::var_os("HOME"),
        ".local/state",
    )
    .join("maquette")
}

/// The folder of one pinned tool family in the source tree, with its `go.mod`.
///
/// The package that runs says where the tree is: clones that share a target folder share this library as compiled in one of
/// them.
pub fn tool_sources(family: &str) -> PathBuf {
    let compiled = || PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(compiled, PathBuf::from);
    let holds = |folder: &Path| folder.join("tests/tools");
    let tools = package.ancestors().map(holds).find(|tools| tools.is_dir());
    tools
        .unwrap_or_else(|| compiled().join("../tools"))
        .join(family)
}

/// XDG base directory specification: a relative value is to be ignored.
fn base(xdg: Option<OsString>, home: Option<OsString>, below_home: &str) -> PathBuf {
    xdg.map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .unwrap_or_else(|| {
            home.map_or_else(|| PathBuf::from("/root"), PathBuf::from)
                .join(below_home)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_xdg_folder_wins_over_home() {
        let found = base(Some("/xdg".into()), Some("/home/a".into()), ".cache");
        assert_eq!(found, PathBuf::from("/xdg"));
    }

    #[test]
    fn a_relative_or_missing_xdg_folder_falls_back_to_home() {
        for xdg in [
            Some(OsString::from("relative")),
            Some(OsString::new()),
            None,
        ] {
            assert_eq!(
                base(xdg, Some("/home/a".into()), ".cache"),
                PathBuf::from("/home/a/.cache")
            );
        }
    }
}
