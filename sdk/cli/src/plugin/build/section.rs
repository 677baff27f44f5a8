//! Writes the manifest into a component. Pure.

use maquette_host::Manifest;
use maquette_host::manifest::SECTION;
use wasm_encoder::{ComponentSection as _, CustomSection};

/// The component with the manifest as one more custom section at its end.
///
/// # Errors
/// The manifest cannot be written as JSON.
pub(crate) fn append(mut component: Vec<u8>, manifest: &Manifest) -> serde_json::Result<Vec<u8>> {
    let json = serde_json::to_vec(manifest)?;
    CustomSection {
        name: SECTION.into(),
        data: json.into(),
    }
    .append_to_component(&mut component);
    Ok(component)
}

#[cfg(test)]
mod tests {
    use maquette_host::Manifest;

    use super::append;

    #[test]
    fn the_manifest_is_read_back_without_running_the_component() {
        let manifest: Manifest = serde_json::from_value(serde_json::json!({
            "name": "p", "version": "1.0.0", "summary": "s", "configSchema": { "type": "object" },
        }))
        .unwrap();
        let component = append(wasm_encoder::Component::HEADER.to_vec(), &manifest).unwrap();
        assert_eq!(
            maquette_host::inspect(&component).unwrap().manifest,
            Some(manifest.clone())
        );
        let twice = append(component, &manifest).unwrap();
        assert_eq!(
            maquette_host::inspect(&twice),
            Err(maquette_host::InspectError::ManifestTwice)
        );
    }
}
