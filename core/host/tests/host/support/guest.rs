use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use maquette_host::manifest::SECTION;

/// The guest component as the compiler made it, without a manifest. Built once per run.
pub static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    // Used by the package of the attack suite, too.
    let guests = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("core/host/tests/guests"))
        .find(|folder| folder.is_dir())
        .unwrap();
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--target",
            "wasm32-wasip2",
        ])
        .current_dir(&guests)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success(), "the guest does not build; see above");
    std::fs::read(target.join("wasm32-wasip2/release/guest.wasm")).unwrap()
});

/// The guest as `maquette plugin build` makes it: with its own description as its manifest. It is what the host's
/// `describe` says, so these tests also stand on that.
pub fn plugin() -> Vec<u8> {
    static PLUGIN: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let describe = || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime
                .block_on(maquette_host::describe(&COMPONENT))
                .unwrap()
        };
        // A runtime cannot be started inside of a test's own.
        let manifest = std::thread::spawn(describe).join().unwrap();
        with_section(&COMPONENT, &serde_json::to_vec(&manifest).unwrap())
    });
    PLUGIN.clone()
}

/// The component with a manifest section at its end (WebAssembly core specification, 5.5.3).
pub fn with_section(component: &[u8], manifest: &[u8]) -> Vec<u8> {
    let mut content = leb128(SECTION.len());
    content.extend(SECTION.as_bytes());
    content.extend(manifest);
    let mut wasm = component.to_vec();
    wasm.push(0);
    wasm.extend(leb128(content.len()));
    wasm.extend(content);
    wasm
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
