//! cosign's own form: the payload is a "simple signing" document, all else are annotations of its layer
//! (cosign, `specs/SIGNATURE_SPEC.md`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;

use super::claim::{Claim, Entry};

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    r#type: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Promise {
    signed_entry_timestamp: String,
    payload: PromisePayload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromisePayload {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

/// What is signed says what it is; another kind of document by the same key proves nothing here.
const TYPES: [&str; 2] = [
    "cosign container image signature",
    "https://sigstore.dev/cosign/sign/v1",
];

pub(super) fn claim(
    payload: &[u8],
    signature: Option<&str>,
    certificate: Option<&str>,
    chain: Option<&str>,
    bundle: Option<&str>,
) -> Result<Claim, String> {
    let document: Payload = serde_json::from_slice(payload)
        .map_err(|error| format!("its payload is no signed document ({error})"))?;
    if !TYPES.contains(&document.critical.r#type.as_str()) {
        let found: String = document.critical.r#type.chars().take(80).collect();
        return Err(format!("its payload is of the type `{found}`"));
    }
    let signature = signature.ok_or("its layer has no signature")?;
    let signature = STANDARD
        .decode(signature.trim())
        .map_err(|_| "its signature is not base64")?;
    let material = material(certificate, chain, bundle)?;
    Ok(Claim {
        message: payload.to_vec(),
        signature,
        subjects: vec![document.critical.image.digest],
        certificate: material.certificate,
        intermediates: material.intermediates,
        entries: material.entries,
    })
}

/// What the annotations of a layer say of its signer.
pub(super) struct Material {
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) intermediates: Vec<Vec<u8>>,
    pub(super) entries: Vec<Entry>,
}

/// Certificate and chain (PEM), and the log's promise (JSON).
pub(super) fn material(
    certificate: Option<&str>,
    chain: Option<&str>,
    bundle: Option<&str>,
) -> Result<Material, String> {
    let one = |pem: &str| {
        CertificateDer::from_pem_slice(pem.as_bytes())
            .map(|der| der.to_vec())
            .map_err(|_| "its certificate is not PEM".to_owned())
    };
    let certificate = certificate
        .filter(|pem| !pem.is_empty())
        .map(one)
        .transpose()?;
    let intermediates = CertificateDer::pem_slice_iter(chain.unwrap_or_default().as_bytes())
        .map(|der| der.map(|der| der.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|_| "its certificate chain is not PEM")?;
    let entries = bundle
        .filter(|json| !json.is_empty())
        .map(entry)
        .transpose()?;
    Ok(Material {
        certificate,
        intermediates,
        entries: entries.into_iter().collect(),
    })
}

fn entry(json: &str) -> Result<Entry, String> {
    let promise: Promise = serde_json::from_str(json)
        .map_err(|error| format!("its log entry cannot be read ({error})"))?;
    let timestamp = STANDARD
        .decode(&promise.signed_entry_timestamp)
        .map_err(|_| "the log's promise is not base64")?;
    Ok(Entry {
        body: promise.payload.body,
        integrated_time: promise.payload.integrated_time,
        log_id: hex::decode(&promise.payload.log_id)
            .map_err(|_| "the log's name is not hexadecimal")?,
        log_index: promise.payload.log_index,
        promise: Some(timestamp),
        proof: None,
    })
}
