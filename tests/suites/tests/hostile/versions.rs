//! Every released version of the contract: attacks are made by a plugin that was built against it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::common::guest;

/// A released contract.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// As its folder is named, for example `since-v0.1.0`.
    pub(crate) name: String,
    /// The folder.
    pub(crate) wit: PathBuf,
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../..").canonicalize().unwrap()
}

/// All that were released, the oldest first.
pub(crate) fn released() -> Vec<Version> {
    let mut found: Vec<_> = fs::read_dir(root().join("wit"))
        .unwrap()
        .flatten()
        .map(|entry| Version {
            name: entry.file_name().into_string().unwrap(),
            wit: entry.path(),
        })
        .filter(|version| version.name.starts_with("since-v"))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!found.is_empty(), "no version of the contract was released");
    found
}

impl Version {
    /// The guest of the host's tests, built against this version.
    pub(crate) fn guest(&self) -> Vec<u8> {
        let temporary = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let folder = temporary.join(format!("guests-{}", self.name));
        let source = root().join("core/host/tests/guests");
        fs::create_dir_all(folder.join("src")).unwrap();
        for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs", "src/http.rs"] {
            let text = fs::read_to_string(source.join(file)).unwrap();
            let text: String = text
                .split_inclusive('\n')
                .map(|line| {
                    if line.trim_start().starts_with("path: [") {
                        let path = self.wit.display();
                        format!("    path: [\"{path}/plugin\", \"{path}/dns\"],\n")
                    } else {
                        line.to_owned()
                    }
                })
                .collect();
            fs::write(folder.join(file), text).unwrap();
        }
        // Not the folder that `common::guest` builds in: both make a file of the same name.
        let target = temporary.join("guests-released");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--release"])
            .args(["--target", "wasm32-wasip2"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .status()
            .unwrap();
        assert!(built.success(), "the guest does not build; see above");
        let component = fs::read(target.join("wasm32-wasip2/release/guest.wasm")).unwrap();
        let manifest = maquette_host::inspect(&guest::plugin()).unwrap().manifest;
        guest::with_section(&component, &serde_json::to_vec(&manifest.unwrap()).unwrap())
    }
}
