//! Builds the examples with their own toolchains. What was built is kept outside the checkout, by a hash of everything
//! that goes into it, because building takes half a minute for some languages; without the cache all is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use maquette_harness::cargo::forget_package;
use maquette_host::Digest;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    Rust,
    Python,
    JavaScript,
    Go,
}

impl Language {
    /// Every language, for what is shown of all of them.
    pub(crate) const ALL: [Self; 4] = [Self::Rust, Self::Python, Self::JavaScript, Self::Go];

    /// Its folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Rust => "examples/plugins/dns-rust",
            Self::Python => "examples/plugins/dns-python",
            Self::JavaScript => "examples/plugins/dns-javascript",
            Self::Go => "examples/plugins/dns-go",
        }
    }

    /// What goes into its components besides.
    fn more(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["sdk/rust/src"],
            // The example's tools build what it takes to try more than the example does.
            Self::Python => &["examples/plugins/dns-python/requirements.txt"],
            Self::JavaScript | Self::Go => &[],
        }
    }

    /// Programs that its toolchain starts from, with what to install where one is missing.
    fn tools(self) -> &'static [(&'static str, &'static [&'static str], &'static str)] {
        match self {
            Self::Rust => &[(
                "rustc",
                &["--version"],
                "Rust, with `rustup target add wasm32-wasip2`",
            )],
            Self::Python => &[
                (
                    "python3",
                    &["--version"],
                    "Python 3.10 or newer with its module venv (Debian: python3-venv)",
                ),
                (
                    "python3",
                    &["-m", "venv", "--help"],
                    "Python's module venv (Debian: python3-venv)",
                ),
            ],
            Self::JavaScript => &[
                ("node", &["--version"], "Node.js 20 or newer"),
                ("npm", &["--version"], "npm, which comes with Node.js"),
            ],
            Self::Go => &[("go", &["version"], "Go 1.26 or newer")],
        }
    }
}

/// The repository.
fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// Names the folder that gets a copy of each component, for whoever measures them.
const FOLDER: &str = "MAQUETTE_LANGUAGES_FOLDER";

/// The plugin in this language, built by its own toolchain.
pub(crate) fn component(language: Language) -> Vec<u8> {
    let wasm = built(&root().join(language.folder()), language);
    if let Some(folder) = std::env::var_os(FOLDER) {
        let copy = Path::new(&folder).join(format!("{language:?}.wasm"));
        fs::write(copy, &wasm).unwrap();
    }
    wasm
}

/// What goes into every component besides its own folder: the contract, and what `maquette plugin build` does.
const SHARED: [&str; 4] = [
    "wit",
    "examples/plugins/wit/world.wit",
    "sdk/cli/src/plugin/build",
    "core/host/src/manifest",
];

/// Two tests that want the same are given one, and tools are installed once.
static BUILDING: Mutex<()> = Mutex::new(());

/// What `build.sh` makes of a folder.
pub(crate) fn built(folder: &Path, language: Language) -> Vec<u8> {
    let tools = language.tools().iter();
    let versions = tools.map(|(tool, arguments, install)| version(tool, arguments, install));
    let mut inputs = versions.collect::<String>().into_bytes();
    inputs.extend(locked().into_bytes());
    read(folder, &mut inputs);
    for other in SHARED.iter().chain(language.more()) {
        read(&root().join(other), &mut inputs);
    }
    let cache = cache();
    let kept = cache.join(format!("{}.wasm", Digest::of(&inputs).hex()));
    if let Ok(wasm) = fs::read(&kept) {
        return wasm;
    }
    let _turn = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Ok(wasm) = fs::read(&kept) {
        return wasm;
    }
    fs::create_dir_all(&cache).unwrap();
    let fresh = tempfile::NamedTempFile::new_in(&cache).unwrap();
    let built = Command::new("sh")
        .arg(folder.join("build.sh"))
        .arg(fresh.path())
        .env("MAQUETTE", maquette())
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{} does not build:\n{}{}",
        folder.display(),
        String::from_utf8_lossy(&built.stdout),
        String::from_utf8_lossy(&built.stderr)
    );
    let wasm = fs::read(fresh.path()).unwrap();
    // Whole or not at all: another checkout may look at the same moment.
    fresh.persist(&kept).unwrap();
    wasm
}

/// The versions of what assembles components, as the workspace locks them.
fn locked() -> String {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = lock.split("[[package]]").filter(|package| {
        let name = package.trim_start().strip_prefix("name = \"");
        name.is_some_and(|name| name.starts_with("wasm") || name.starts_with("wit-"))
    });
    packages.collect()
}

fn version(tool: &str, arguments: &[&str], install: &str) -> String {
    let ran = Command::new(tool)
        .args(arguments)
        .current_dir(root())
        .output();
    match ran {
        Ok(ran) if ran.status.success() => String::from_utf8_lossy(&ran.stdout).into_owned(),
        _ => panic!(
            "`{tool} {}` cannot be run: install {install}",
            arguments.join(" ")
        ),
    }
}

/// The command that authors use, built once.
fn maquette() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut command = Command::new(env!("CARGO"));
        command
            .current_dir(root())
            .args(["build", "--quiet", "--locked", "--workspace"])
            .args(["--bin", "maquette"]);
        let built = forget_package(&mut command).status().unwrap();
        assert!(
            built.success(),
            "the maquette command does not build; see above"
        );
        // target/debug/deps/<this test>
        let this = std::env::current_exe().unwrap();
        this.ancestors().nth(2).unwrap().join("maquette")
    })
}

/// A folder for what the host compiles of the components, and the lock that keeps other runs out of it.
pub(crate) fn compiled() -> (PathBuf, fs::File) {
    let folder = cache().join("compiled");
    fs::create_dir_all(&folder).unwrap();
    let lock = fs::File::create(cache().join("compiled.lock")).unwrap();
    lock.lock().unwrap();
    (folder, lock)
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache");
    std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(home, PathBuf::from)
        .join("maquette/languages")
}

/// Names and contents of all files below a folder, or of one file, without what building makes.
fn read(folder: &Path, into: &mut Vec<u8>) {
    if folder.is_file() {
        into.extend(fs::read(folder).unwrap());
        return;
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if ["target", "node_modules", "__pycache__"].contains(&name.as_str()) {
            continue;
        }
        into.extend(name.as_bytes());
        if path.is_dir() {
            read(&path, into);
        } else {
            into.extend(fs::read(&path).unwrap());
        }
    }
}
