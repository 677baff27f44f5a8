//! Sigstore bundles with a DSSE envelope around an in-toto statement, as cosign 3 writes them
//! (`sigstore/protobuf-specs`, `sigstore_bundle.proto`; in-toto attestation framework, DSSE v1).

use serde::Deserialize;

use super::{
    claim::{Claim, Entry, Proof},
    dsse::{Envelope, decode},
};

/// The statement that says "I sign this".
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    verification_material: Material,
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    certificate: Option<Raw>,
    x509_certificate_chain: Option<Chain>,
    #[serde(default)]
    tlog_entries: Vec<LogEntry>,
}

#[derive(Deserialize)]
struct Chain {
    certificates: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogEntry {
    #[serde(default)]
    log_index: Number,
    log_id: LogId,
    #[serde(default)]
    integrated_time: Number,
    inclusion_promise: Option<Promise>,
    inclusion_proof: Option<InclusionProof>,
    canonicalized_body: String,
}

/// The JSON form of protobuf writes 64-bit numbers as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(i64),
}

impl Default for Number {
    fn default() -> Self {
        Self::Number(0)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Promise {
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionProof {
    #[serde(default)]
    log_index: Number,
    tree_size: Number,
    root_hash: String,
    #[serde(default)]
    hashes: Vec<String>,
    checkpoint: Option<Checkpoint>,
}

#[derive(Deserialize)]
struct Checkpoint {
    envelope: String,
}

pub(super) fn claim(json: &[u8]) -> Result<Option<Claim>, String> {
    let bundle: Bundle = serde_json::from_slice(json)
        .map_err(|error| format!("its bundle cannot be read ({error})"))?;
    let Some(envelope) = bundle.dsse_envelope else {
        return Err("its bundle has no DSSE envelope".to_owned());
    };
    let Some(signed) = envelope.open()? else {
        return Ok(None);
    };
    if signed.statement.predicate_type != SIGNATURE {
        return Ok(None);
    }
    let material = bundle.verification_material;
    let chain = material
        .x509_certificate_chain
        .map(|chain| chain.certificates)
        .unwrap_or_default();
    let mut certificates = material
        .certificate
        .into_iter()
        .chain(chain)
        .map(|raw| decode("its certificate", &raw.raw_bytes))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
    Ok(Some(Claim {
        subjects: signed.subjects(),
        message: signed.message,
        signature: signed.signature,
        certificate: certificates.next(),
        intermediates: certificates.collect(),
        entries: material
            .tlog_entries
            .iter()
            .map(entry)
            .collect::<Result<_, _>>()?,
    }))
}

fn entry(entry: &LogEntry) -> Result<Entry, String> {
    let promise = entry
        .inclusion_promise
        .as_ref()
        .map(|promise| decode("the log's promise", &promise.signed_entry_timestamp))
        .transpose()?;
    let proof = entry.inclusion_proof.as_ref().map(proof).transpose()?;
    Ok(Entry {
        body: entry.canonicalized_body.clone(),
        integrated_time: entry.integrated_time.value()?,
        log_id: decode("the log's name", &entry.log_id.key_id)?,
        log_index: entry.log_index.value()?,
        promise,
        proof,
    })
}

fn proof(proof: &InclusionProof) -> Result<Proof, String> {
    let unsigned = |number: &Number| {
        u64::try_from(number.value()?)
            .map_err(|_| "a number in its log entry is negative".to_owned())
    };
    Ok(Proof {
        index: unsigned(&proof.log_index)?,
        size: unsigned(&proof.tree_size)?,
        root: decode("the log's root", &proof.root_hash)?,
        hashes: proof
            .hashes
            .iter()
            .map(|hash| decode("the log's proof", hash))
            .collect::<Result<_, _>>()?,
        checkpoint: proof
            .checkpoint
            .as_ref()
            .map(|checkpoint| checkpoint.envelope.clone())
            .unwrap_or_default(),
    })
}

impl Number {
    fn value(&self) -> Result<i64, String> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text
                .parse()
                .map_err(|_| "a number in its log entry cannot be read".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::dsse::IN_TOTO, *};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    #[test]
    fn a_statement_about_something_else_is_no_signature() {
        let statement =
            STANDARD.encode(r#"{"predicateType":"https://slsa.dev/provenance/v1","subject":[]}"#);
        let json = format!(
            r#"{{"verificationMaterial":{{}},"dsseEnvelope":{{"payload":"{statement}","payloadType":"{IN_TOTO}","signatures":[{{"sig":""}}]}}}}"#
        );
        assert!(claim(json.as_bytes()).unwrap().is_none());
        assert!(claim(b"{}").is_err());
    }
}
