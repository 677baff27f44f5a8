//! As much of a registry as one plugin needs, on a loopback port that the kernel chose.

use std::{collections::BTreeMap, error::Error};

use maquette_host::{Digest, Wanted, manifest::SECTION};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// Serves the component until the task is aborted.
pub(crate) async fn serve(component: &[u8]) -> Result<(Wanted, JoinHandle<()>), Box<dyn Error>> {
    let config = br#"{"architecture":"wasm","os":"wasip2"}"#.to_vec();
    let manifest = json!({
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.wasm.config.v0+json",
            "digest": Digest::of(&config).to_string(),
            "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/wasm",
            "digest": Digest::of(component).to_string(),
            "size": component.len(),
        }],
    });
    let manifest = manifest.to_string().into_bytes();
    let shelf = BTreeMap::from([
        (
            format!("/v2/bench/plugin/blobs/{}", Digest::of(&config)),
            config,
        ),
        (
            format!("/v2/bench/plugin/blobs/{}", Digest::of(component)),
            component.to_vec(),
        ),
        ("/v2/bench/plugin/manifests/bench".to_owned(), manifest),
    ]);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let repository = format!("{}/bench/plugin", listener.local_addr()?).parse()?;
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 8192];
            let Ok(read) = stream.read(&mut request).await else {
                continue;
            };
            let head =
                String::from_utf8_lossy(request.get(..read).unwrap_or_default()).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let body = shelf.get(path).map_or(&[][..], Vec::as_slice);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            // A client that hung up has seen enough.
            let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        }
    });
    Ok((Wanted::new(repository, "bench".parse()?), serving))
}

/// The component with its manifest at its end, as `maquette plugin build` makes it.
pub(crate) fn with_manifest(component: &[u8], manifest: &[u8]) -> Vec<u8> {
    with_section(component, SECTION, manifest)
}

/// The component with a custom section at its end (WebAssembly core specification, 5.5.3).
pub(crate) fn with_section(component: &[u8], name: &str, data: &[u8]) -> Vec<u8> {
    let mut content = leb128(name.len());
    content.extend(name.as_bytes());
    content.extend(data);
    let mut wasm = component.to_vec();
    wasm.push(0);
    wasm.extend(leb128(content.len()));
    wasm.extend(content);
    wasm
}

/// An unsigned number as WebAssembly writes it.
fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
