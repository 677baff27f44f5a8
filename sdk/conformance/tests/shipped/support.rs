//! Builds plugins of this repository.

use std::path::Path;
use std::process::Command;

/// The component of the crate in `plugins/<folder>`, as the compiler made it. `name` is that of its library.
pub(crate) fn component(folder: &str, name: &str) -> Vec<u8> {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--target",
            "wasm32-wasip2",
        ])
        .current_dir(plugins.join(folder))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(
        built.success(),
        "the plugin {folder} does not build; see above"
    );
    std::fs::read(plugins.join(format!("target/wasm32-wasip2/release/{name}.wasm"))).unwrap()
}
