//! The preparation of the README's two commands on a machine that has rustup's toolchain and nothing more.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a user's own shell has not set, or what names this machine's caches.
const UNSET: [&str; 6] = [
    "CARGO",
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "KUBEBUILDER_ASSETS",
    "RUSTUP_TOOLCHAIN",
    "XDG_CACHE_HOME",
];

const TARGET: &str = "wasm32-wasip2";

/// A toolchain of its own without the target of plugins, empty caches, and a PATH of the system's folders and the given ones.
struct NewMachine {
    folder: tempfile::TempDir,
    toolchain: PathBuf,
    path: String,
}

impl NewMachine {
    fn new(programs: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rustc = Command::new("rustc")
            .args(["--print", "sysroot"])
            .output()
            .unwrap();
        let sysroot = PathBuf::from(String::from_utf8(rustc.stdout).unwrap().trim());
        let name = format!("{}-{}", channel(), host());
        let toolchains = folder.path().join("rustup/toolchains");
        fs::create_dir_all(&toolchains).unwrap();
        let toolchain = toolchains.join(name);
        let copied = Command::new("cp")
            .args(["--archive", "--reflink=auto"])
            .arg(sysroot.canonicalize().unwrap())
            .arg(&toolchain)
            .status()
            .unwrap();
        assert!(copied.success());
        let mut folders = vec![programs_folder(folder.path(), programs)];
        folders.extend(["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from));
        let path = env::join_paths(folders).unwrap().into_string().unwrap();
        let machine = Self {
            folder,
            toolchain,
            path,
        };
        let removed = machine
            .command("rustup", &["target", "remove", TARGET])
            .output()
            .unwrap();
        assert!(!machine.has_target(), "{removed:?}");
        machine
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        // The program of this PATH, not of the test's own.
        let mut command = Command::new("/usr/bin/env");
        command
            .arg(program)
            .args(arguments)
            .current_dir(root())
            .env("PATH", &self.path)
            .env("HOME", self.folder.path())
            .env("RUSTUP_HOME", self.folder.path().join("rustup"))
            .env("RUSTUP_AUTO_INSTALL", "0")
            .env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        for name in UNSET.into_iter().filter(|name| *name != "CARGO_TARGET_DIR") {
            command.env_remove(name);
        }
        command
    }

    /// `cargo xtask …` as a user types it.
    fn xtask(&self, arguments: &[&str]) -> Output {
        self.command("cargo", &[&["xtask"], arguments].concat())
            .output()
            .unwrap()
    }

    fn has_target(&self) -> bool {
        self.toolchain.join("lib/rustlib").join(TARGET).is_dir()
    }
}

/// A folder with links to these programs of the test's own PATH.
fn programs_folder(below: &Path, programs: &[&str]) -> PathBuf {
    let folder = below.join("bin");
    fs::create_dir(&folder).unwrap();
    for program in programs {
        let own = env::split_paths(&env::var_os("PATH").unwrap())
            .map(|folder| folder.join(program))
            .find(|file| file.is_file());
        let own = own.unwrap_or_else(|| panic!("{program} is needed on PATH"));
        // Go finds its library beside the real file; rustup's programs look at the name they are called by.
        std::os::unix::fs::symlink(own, folder.join(program)).unwrap();
    }
    folder
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn channel() -> String {
    let pinned = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let line = pinned.lines().find(|line| line.starts_with("channel"));
    line.unwrap().split('"').nth(1).unwrap().to_owned()
}

fn host() -> String {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(rustc.stdout).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn a_new_machine_without_the_target_is_prepared_for_both_commands() {
    let machine = NewMachine::new(&["rustup", "cargo", "rustc", "go", "python3", "node", "npm"]);
    let before = machine.xtask(&["doctor", "demo"]);
    let missing = "install  Rust target wasm32-wasip2: not installed";
    assert!(said(&before).contains(missing), "{}", said(&before));

    for purpose in ["demo", "test"] {
        let prepared = machine.xtask(&["doctor", purpose, "--install"]);
        assert!(prepared.status.success(), "{}", said(&prepared));
        assert!(machine.has_target(), "{}", said(&prepared));
        let text = said(&prepared);
        assert!(
            text.contains("ok       Rust target wasm32-wasip2"),
            "{text}"
        );
    }
}

#[test]
fn a_missing_prerequisite_of_the_user_stops_the_command_before_anything_is_installed_or_built() {
    let machine = NewMachine::new(&["rustup", "cargo", "rustc"]);
    let refused = machine.xtask(&["demo"]);
    assert!(!refused.status.success());
    let text = said(&refused);
    assert!(
        text.contains("Go: no usable `go` on PATH; install Go 1.24 or newer"),
        "{text}"
    );
    assert!(!machine.has_target(), "{text}");
    assert!(!text.contains("Compiling xtask"), "{text}");
}
