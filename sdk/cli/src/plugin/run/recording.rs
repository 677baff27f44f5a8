//! Traffic of a call in a file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use maquette_host::manifest::{Placement, Provision};
use maquette_host::{Exchange, Grants, Manifest, Secret, Tape};
use serde::{Deserialize, Serialize};

use crate::output::Output;

/// What a file of this form says of itself.
const FORMAT: &str = "maquette-traffic/v1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    exchanges: Vec<Exchange>,
}

/// What becomes of a call's traffic.
pub(super) enum Recording {
    /// It goes to the server and is forgotten.
    Nothing,
    Record(PathBuf, Tape),
    Replay(Tape),
}

impl Recording {
    /// # Errors
    /// The recording that shall be replayed cannot be read.
    pub(super) fn open(record: Option<&Path>, replay: Option<&Path>) -> anyhow::Result<Self> {
        match (record, replay) {
            (Some(path), _) => Ok(Self::Record(path.to_owned(), Tape::record())),
            (None, Some(path)) => Ok(Self::Replay(Tape::replay(read(path)?))),
            (None, None) => Ok(Self::Nothing),
        }
    }

    pub(super) fn tape(&self) -> Option<&Tape> {
        match self {
            Self::Nothing => None,
            Self::Record(_, tape) | Self::Replay(tape) => Some(tape),
        }
    }

    /// Writes what was recorded; tells what a replay did not ask for.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn close(&self, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Nothing => {}
            Self::Record(path, tape) => {
                let exchanges = tape.exchanges();
                output.progress(&format!(
                    "Recorded {} exchanges in {}",
                    exchanges.len(),
                    path.display()
                ));
                let document = Document {
                    format: FORMAT.to_owned(),
                    exchanges,
                };
                let text = serde_json::to_string_pretty(&document)?;
                std::fs::write(path, text + "\n")
                    .with_context(|| format!("--record: {} cannot be written", path.display()))?;
            }
            Self::Replay(tape) => {
                for question in tape.unused() {
                    output.progress(&format!("Recorded, and not asked for: {question}"));
                }
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<Exchange>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("--replay: {} cannot be read", path.display()))?;
    let document: Document = serde_json::from_str(&text).with_context(|| {
        format!(
            "--replay: {} is no recording; make one with --record",
            path.display()
        )
    })?;
    ensure!(
        document.format == FORMAT,
        "--replay: {} is of the form `{}`; this command reads `{FORMAT}`",
        path.display(),
        document.format
    );
    Ok(document.exchanges)
}

/// A replay needs no credential: what is not given is made up, in a form that the host accepts.
pub(super) fn stand_in(manifest: &Manifest, mut grants: Grants) -> Grants {
    let mut needed = manifest.credentials.iter();
    let needed = needed
        .by_ref()
        .filter(|it| it.provision == Provision::Required);
    for declared in needed {
        let value = match declared.placement {
            Placement::Basic => "nobody:nothing",
            Placement::TsigKey => "nobody:bm90aGluZyB0aGF0IGlzIHNlY3JldA==",
            // Nobody can make up a private key.
            Placement::SignedToken { .. } => continue,
            _ => "nothing-that-is-secret",
        };
        let name = declared.name.clone();
        grants
            .credentials
            .entry(name)
            .or_insert_with(|| Secret::new(value));
    }
    grants
}
