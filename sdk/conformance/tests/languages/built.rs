//! Builds the examples with their own toolchains. What was built is kept by a hash of everything that goes into it,
//! because building takes half a minute for some languages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

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

/// The plugin in this language, built by its own toolchain.
pub(crate) fn component(language: Language) -> Vec<u8> {
    let versions: Vec<String> = language
        .tools()
        .iter()
        .map(|(tool, arguments, install)| version(tool, arguments, install))
        .collect();
    built(&root().join(language.folder()), &versions)
}

/// What `build.sh` makes of a folder.
pub(crate) fn built(folder: &Path, versions: &[String]) -> Vec<u8> {
    let maquette = maquette();
    let mut inputs = versions.join("\n").into_bytes();
    inputs.extend(fs::read(maquette).unwrap());
    for folder in [folder, &root().join("wit"), &root().join("sdk/rust/src")] {
        read(folder, &mut inputs);
    }
    let cache = cache();
    let kept = cache.join(format!("{}.wasm", Digest::of(&inputs).hex()));
    if let Ok(wasm) = fs::read(&kept) {
        return wasm;
    }
    // Two tests that want the same are given one, and tools are installed once.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _turn = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Ok(wasm) = fs::read(&kept) {
        return wasm;
    }
    fs::create_dir_all(&cache).unwrap();
    let fresh = tempfile::NamedTempFile::new_in(&cache).unwrap();
    let built = Command::new("sh")
        .arg(folder.join("build.sh"))
        .arg(fresh.path())
        .env("MAQUETTE", maquette)
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
    fs::write(&kept, &wasm).unwrap();
    wasm
}

fn version(tool: &str, arguments: &[&str], install: &str) -> String {
    let ran = Command::new(tool).args(arguments).current_dir(root()).output();
    match ran {
        Ok(ran) if ran.status.success() => String::from_utf8_lossy(&ran.stdout).into_owned(),
        _ => panic!("`{tool} {}` cannot be run: install {install}", arguments.join(" ")),
    }
}

/// The command that authors use, built once.
fn maquette() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["build", "--quiet", "--locked", "--package", "maquette-cli"])
            .status()
            .unwrap();
        assert!(built.success(), "the maquette command does not build; see above");
        // target/debug/deps/<this test>
        let this = std::env::current_exe().unwrap();
        this.ancestors().nth(2).unwrap().join("maquette")
    })
}

fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("HOME is set")).join(".cache");
    std::env::var_os("XDG_CACHE_HOME")
        .map_or_else(home, PathBuf::from)
        .join("maquette/languages")
}

/// Names and contents of all files below a folder, without what building makes.
fn read(folder: &Path, into: &mut Vec<u8>) {
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
