//! DSSE envelopes (version 1, `secure-systems-lab/dsse`, `envelope.md` and `protocol.md`) around in-toto statements
//! (`in-toto/attestation`, `spec/v1/statement.md`).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

/// The type of a payload that is an in-toto statement.
pub(super) const IN_TOTO: &str = "application/vnd.in-toto+json";

/// An envelope as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    sig: String,
}

/// What is in an envelope. Nothing of it is believed yet.
pub(super) struct Signed {
    /// The bytes that were signed.
    pub(super) message: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) statement: Statement,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statement {
    pub(super) predicate_type: String,
    #[serde(default)]
    subject: Vec<Subject>,
    #[serde(default)]
    pub(super) predicate: Value,
}

#[derive(Deserialize)]
struct Subject {
    digest: std::collections::BTreeMap<String, String>,
}

impl Envelope {
    /// The statement and its one signature; nothing where the payload is no statement.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn open(&self) -> Result<Option<Signed>, String> {
        let payload = decode("its payload", &self.payload)?;
        if self.payload_type != IN_TOTO {
            return Ok(None);
        }
        let statement: Statement = serde_json::from_slice(&payload)
            .map_err(|error| format!("its statement cannot be read ({error})"))?;
        let [signature] = self.signatures.as_slice() else {
            return Err(format!(
                "its envelope has {} signatures and not one",
                self.signatures.len()
            ));
        };
        Ok(Some(Signed {
            message: pre_authentication_encoding(&self.payload_type, &payload),
            signature: decode("its signature", &signature.sig)?,
            statement,
        }))
    }
}

impl Signed {
    /// Digests of what the statement is about.
    pub(super) fn subjects(&self) -> Vec<String> {
        let subjects = self.statement.subject.iter();
        subjects
            .filter_map(|subject| Some(format!("sha256:{}", subject.digest.get("sha256")?)))
            .collect()
    }
}

/// What is signed: the payload with its type and both lengths.
pub(super) fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    )
    .into_bytes();
    bytes.extend(payload);
    bytes
}

pub(super) fn decode(what: &str, base64: &str) -> Result<Vec<u8>, String> {
    STANDARD
        .decode(base64)
        .map_err(|_| format!("{what} is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        assert_eq!(
            pre_authentication_encoding("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }
}
