//! Reads a component without running or compiling it: what it imports, what it exports, its manifest. Pure.

use wasmparser::{Encoding, Parser, Payload};

use crate::{
    kinds::{BLOBS, KINDS},
    manifest::{Manifest, SECTION},
};

/// Package of what every plugin imports and exports, with the version that this host speaks. Provider interfaces are packages of
/// their own, each with its version.
const PACKAGE: &str = "maquette:plugin/";
const PACKAGE_VERSION: &str = "@0.1.0";

/// Everything that a plugin can reach (`wit/plugin/world.wit`) besides the blobs of a bundler, without versions. `wasi` is compatible within 0.2.
const IMPORTS: [&str; 25] = [
    "maquette:plugin/credentials",
    "maquette:plugin/dns-transport",
    "maquette:plugin/log",
    "maquette:plugin/memory",
    "maquette:plugin/types",
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
];

/// What a component says about itself without being run.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Interfaces that it imports: all that it can ever reach.
    pub imports: Vec<String>,
    /// Interfaces that it exports.
    pub exports: Vec<String>,
    /// Its manifest; nothing before `maquette plugin build` has written it.
    pub manifest: Option<Manifest>,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// Why a file is not a plugin that this host runs. The message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// Not WebAssembly.
    #[error("it is not WebAssembly; push the `.wasm` file that `maquette plugin build` made")]
    NotWasm,
    /// A core module.
    #[error(
        "it is a WebAssembly module and not a component; build it for the target wasm32-wasip2"
    )]
    NotAComponent,
    /// Broken.
    #[error("it is broken WebAssembly at byte {offset}: {problem}; build and push it again")]
    Malformed {
        /// Where.
        offset: usize,
        /// What the parser says.
        problem: String,
    },
    /// It wants something that plugins cannot have.
    #[error(
        "it imports {0}, which plugins cannot have; a plugin has clocks, random, outgoing HTTP, DNS messages, log, memory and credentials"
    )]
    ImportRefused(String),
    /// Not a plugin, or one of another kind or version.
    #[error(
        "it exports no provider interface of this host (it exports: {exports}); this host calls: {known}"
    )]
    WrongWorld {
        /// What it exports.
        exports: String,
        /// What the host calls.
        known: String,
    },
    /// It has no manifest section.
    #[error(
        "it has no `{SECTION}` section; build it with `maquette plugin build`, which writes it"
    )]
    ManifestMissing,
    /// It has several.
    #[error("it has more than one `{SECTION}` section; build and push it again")]
    ManifestTwice,
    /// The section cannot be read.
    #[error(
        "its `{SECTION}` section cannot be used: {0}; build it again with a current `maquette plugin build`"
    )]
    ManifestInvalid(String),
}

/// Reads a component without running it.
///
/// # Errors
/// What is not a component, what imports something that plugins cannot have, and what has more than one manifest.
pub fn inspect(wasm: &[u8]) -> Result<Inspection, InspectError> {
    if !wasm.starts_with(b"\0asm") {
        return Err(InspectError::NotWasm);
    }
    let mut found = Inspection {
        imports: vec![],
        exports: vec![],
        manifest: None,
        size_bytes: wasm.len() as u64,
    };
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(malformed)? {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } if depth == 0 => {
                return Err(InspectError::NotAComponent);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    found
                        .imports
                        .push(allowed_import(import.map_err(malformed)?.name.name)?);
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    found
                        .exports
                        .push(export.map_err(malformed)?.name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                let manifest = parse_manifest(section.data())?;
                if found.manifest.is_some() {
                    return Err(InspectError::ManifestTwice);
                }
                found.manifest = Some(manifest);
            }
            _ => {}
        }
    }
    Ok(found)
}

impl Inspection {
    /// Provider interfaces that this host can call, for example `maquette:dns/dns@0.1.0`.
    pub fn interfaces(&self) -> Vec<String> {
        let known = known_interfaces();
        self.exports
            .iter()
            .filter(|export| known.contains(export))
            .cloned()
            .collect()
    }

    /// The manifest of a plugin that this host can run.
    ///
    /// # Errors
    /// No manifest, or no interface that this host calls.
    pub fn require_plugin(&self) -> Result<&Manifest, InspectError> {
        let describes = self
            .exports
            .iter()
            .any(|export| *export == format!("{PACKAGE}manifest{PACKAGE_VERSION}"));
        if !describes || self.interfaces().is_empty() {
            return Err(InspectError::WrongWorld {
                exports: or_nothing(&self.exports),
                known: or_nothing(&known_interfaces()),
            });
        }
        self.manifest.as_ref().ok_or(InspectError::ManifestMissing)
    }
}

fn known_interfaces() -> Vec<String> {
    KINDS.iter().map(|kind| kind.interface.to_owned()).collect()
}

pub(crate) fn or_nothing(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

fn allowed_import(name: &str) -> Result<String, InspectError> {
    let refused = || InspectError::ImportRefused(name.to_owned());
    let (interface, version) = name.split_once('@').ok_or_else(refused)?;
    let compatible = if interface.starts_with("wasi:") {
        semver::Version::parse(version)
            .is_ok_and(|version| version.major == 0 && version.minor == 2)
    } else {
        format!("@{version}") == PACKAGE_VERSION
    };
    if name == BLOBS || (compatible && IMPORTS.contains(&interface)) {
        Ok(name.to_owned())
    } else {
        Err(refused())
    }
}

fn parse_manifest(data: &[u8]) -> Result<Manifest, InspectError> {
    let manifest: Manifest = serde_json::from_slice(data)
        .map_err(|error| InspectError::ManifestInvalid(error.to_string()))?;
    manifest
        .check()
        .map_err(|error| InspectError::ManifestInvalid(error.to_string()))?;
    Ok(manifest)
}

#[expect(clippy::needless_pass_by_value, reason = "used with map_err")]
fn malformed(error: wasmparser::BinaryReaderError) -> InspectError {
    InspectError::Malformed {
        offset: error.offset(),
        problem: error.message().to_owned(),
    }
}
