//! The guest as an installed plugin.

#[path = "../host/support/server.rs"]
#[expect(dead_code, reason = "shared with the tests of the host")]
pub mod server;
#[path = "../host/support/shelf.rs"]
#[expect(dead_code, reason = "shared with the tests of the host")]
mod shelf;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use maquette_host::{
    Call, CallError, Digest, Grants, Host, Origin, Provider, Secret, Settings, manifest::SECTION,
};
use tokio::sync::OnceCell;

static HOST: OnceCell<(Host, Digest)> = OnceCell::const_new();

async fn host() -> (Host, Digest) {
    let start = || async {
        let cache = tempfile::tempdir().unwrap().keep();
        let host = Host::new(Settings::new(&cache)).unwrap();
        let mut wasm = component();
        let manifest = maquette_host::describe(&wasm).await.unwrap();
        append(&mut wasm, &serde_json::to_vec(&manifest).unwrap());
        let shelf = shelf::Shelf::with(wasm).await;
        let installed = host.install(&shelf.wanted("1.2.3")).await.unwrap();
        std::fs::remove_dir_all(cache).unwrap();
        (host, installed.digest)
    };
    HOST.get_or_init(start).await.clone()
}

/// The plugin with everything granted that it can use, for a server at this URL.
pub async fn provider_at(url: &str) -> Provider {
    provider_with(url, &["127.0.0.0/8"]).await
}

/// The same, which reaches these private addresses.
pub async fn provider_with(url: &str, cidrs: &[&str]) -> Provider {
    let (host, digest) = host().await;
    let secret = |name: &str, value: &str| (name.to_owned(), Secret::new(value));
    let grants = Grants {
        config: serde_json::json!({ "url": url }),
        credentials: [
            secret("api-key", "s3cr3t-api-key"),
            secret("hook", "s3cr3t-of-hooks"),
            secret("login", "s3cr3t-login"),
        ]
        .into(),
        egress: vec![Origin::of(url).unwrap()],
        egress_cidrs: cidrs.iter().map(|cidr| cidr.parse().unwrap()).collect(),
        ..Grants::default()
    };
    host.provider("every", &digest, grants).unwrap()
}

/// The same for a server that nobody reaches.
pub async fn provider() -> Provider {
    provider_at("http://127.0.0.1:9").await
}

pub fn call() -> Call {
    Call {
        installation: "cluster-1".into(),
        object: "Tunnel/shop/web".into(),
        idempotency_key: "key-1".into(),
        deadline: Instant::now() + Duration::from_secs(60),
    }
}

/// What the host says about an answer that it does not pass on.
pub fn refused<T: std::fmt::Debug>(result: Result<T, CallError>) -> String {
    match result {
        Err(CallError::Answer(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// The guest as the compiler made it.
pub fn component() -> Vec<u8> {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kinds/guest");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let arguments = ["build", "--quiet", "--locked", "--release"];
    let built = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--target", "wasm32-wasip2"])
        .current_dir(&guest)
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success(), "the guest does not build; see above");
    std::fs::read(target.join("wasm32-wasip2/release/every.wasm")).unwrap()
}

/// Appends a manifest section (WebAssembly core specification, 5.5.3).
fn append(wasm: &mut Vec<u8>, manifest: &[u8]) {
    let name_length = u8::try_from(SECTION.len()).unwrap();
    let content = [&[name_length], SECTION.as_bytes(), manifest].concat();
    let mut length = content.len();
    wasm.push(0);
    while length >= 0x80 {
        wasm.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    wasm.push(length as u8);
    wasm.extend(content);
}
