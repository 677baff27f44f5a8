//! The policy that does as little as a policy can, and how a policy is put into a registry.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::Request;
use maquette_harness::http::{Answer, send};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Accepts everything and reads nothing. waPC (protocol v1): the host calls `__guest_call` with the lengths of the operation
/// and of the message, the guest fetches both with `__guest_request` and answers with `__guest_response`. The operations
/// are told apart by their lengths: `validate`, `protocol_version`, `validate_settings`.
const LEAST: &str = r#"(module
  (@custom "io.kubewarden.metadata" "{\"protocolVersion\":\"v1\",\"rules\":[],\"mutating\":false,\"policyType\":\"raw\"}")
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 64) "{\"accepted\":true}")
  (data (i32.const 128) "\"v1\"")
  (data (i32.const 192) "{\"valid\":true}")
  (func (export "__guest_call") (param $operation i32) (param $message i32) (result i32)
    (call $request (i32.const 1024) (i32.const 2048))
    (if (i32.eq (local.get $operation) (i32.const 8))
      (then (call $response (i32.const 64) (i32.const 17)))
      (else (if (i32.eq (local.get $operation) (i32.const 16))
        (then (call $response (i32.const 128) (i32.const 4)))
        (else (call $response (i32.const 192) (i32.const 14))))))
    (i32.const 1)))"#;

/// The module of the least policy.
pub(super) fn least() -> Result<Vec<u8>> {
    wat::parse_str(LEAST).context("assembling the policy")
}

/// Puts a policy into a registry without TLS as Kubewarden's own tools do: one layer, an empty configuration.
pub(super) async fn push(address: &str, repository: &str, tag: &str, wasm: &[u8]) -> Result<()> {
    let config = b"{}";
    for blob in [&config[..], wasm] {
        let upload = Request::post(format!("/v2/{repository}/blobs/uploads/"));
        let opened = expect(address, upload.body(Bytes::new())?, 202).await?;
        let location = opened
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok())
            .context("the registry names no place for the upload")?;
        let path = location
            .split_once(address)
            .map_or(location, |(_, path)| path);
        let mark = if path.contains('?') { '&' } else { '?' };
        let put = Request::put(format!("{path}{mark}digest={}", digest(blob)))
            .header("content-type", "application/octet-stream");
        expect(address, put.body(Bytes::copy_from_slice(blob))?, 201).await?;
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v1+json", "digest": digest(config), "size": config.len()},
        "layers": [{
            "mediaType": "application/vnd.wasm.content.layer.v1+wasm", "digest": digest(wasm), "size": wasm.len(),
        }],
    });
    let put = Request::put(format!("/v2/{repository}/manifests/{tag}"))
        .header("content-type", "application/vnd.oci.image.manifest.v1+json");
    expect(address, put.body(Bytes::from(manifest.to_string()))?, 201).await?;
    Ok(())
}

async fn expect(address: &str, request: Request<Bytes>, status: u16) -> Result<Answer> {
    let what = format!("{} {}", request.method(), request.uri());
    let answer = send(address, request).await?;
    ensure!(
        answer.status.as_u16() == status,
        "{what} answered {}: {}",
        answer.status,
        answer.text()
    );
    Ok(answer)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold("sha256:".to_owned(), |text, byte| {
            format!("{text}{byte:02x}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_policy_is_a_module_of_less_than_a_kibibyte() {
        let module = least().unwrap();
        assert!(module.starts_with(b"\0asm\x01\0\0\0"));
        assert!(module.len() < 1024, "{} bytes", module.len());
    }

    #[test]
    fn a_digest_is_written_as_registries_write_it() {
        assert_eq!(
            digest(b"{}"),
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
