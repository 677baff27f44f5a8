//! The component to test, with its manifest.

use maquette_host::manifest::SECTION;
use maquette_host::{Inspection, Manifest};
use wasm_encoder::{ComponentSection as _, CustomSection};

use crate::setup::SetupError;

/// The component as it can be published: one that was not built by `maquette plugin build` is asked what it is, once,
/// in a sandbox without network, and gets its manifest.
pub(crate) async fn described(wasm: &[u8]) -> Result<(Vec<u8>, Inspection, Manifest), SetupError> {
    let found = maquette_host::inspect(wasm)?;
    let mut whole = wasm.to_vec();
    if found.manifest.is_none() {
        let manifest = maquette_host::describe(wasm).await?;
        let data = serde_json::to_vec(&manifest).map_err(|error| SetupError::Component {
            problem: error.to_string(),
        })?;
        CustomSection {
            name: SECTION.into(),
            data: data.into(),
        }
        .append_to_component(&mut whole);
    }
    let inspection = maquette_host::inspect(&whole)?;
    let manifest = inspection.require_plugin()?.clone();
    Ok((whole, inspection, manifest))
}
