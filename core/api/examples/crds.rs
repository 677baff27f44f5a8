//! Prints every `CustomResourceDefinition` as one YAML stream.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for crd in maquette_api::crds() {
        println!("---\n{}", serde_json::to_string_pretty(&crd)?);
    }
    Ok(())
}
