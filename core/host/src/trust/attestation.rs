//! Signed statements about a manifest, such as its provenance, as `cosign attest` keeps them: each layer of the artifact under the
//! tag `sha256-….att` is a DSSE envelope, and its annotations say who signed it
//! (cosign, `specs/ATTESTATION_SPEC.md` and `specs/SIGNATURE_SPEC.md`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    TrustError, Verification,
    claim::Claim,
    dsse::{Envelope, IN_TOTO, pre_authentication_encoding},
    judge::judge_claims,
    simple::material,
};
use crate::Digest;

/// Media type of the layer.
const LAYER: &str = "application/vnd.dsse.envelope.v1+json";
/// The same names as at a signature.
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";

/// A statement that somebody signed who was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Attestation {
    /// What kind of statement it is, for example `https://slsa.dev/provenance/v1`.
    pub predicate_type: String,
    /// What it says.
    pub predicate: Value,
    /// Who signed it.
    pub signed_by: String,
}

/// A layer as a registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationLayer {
    /// The envelope.
    pub envelope: Vec<u8>,
    /// Annotations of the layer.
    pub annotations: BTreeMap<String, String>,
}

impl AttestationLayer {
    /// Media type of such a layer.
    pub const MEDIA_TYPE: &'static str = LAYER;
    /// Type of what is in its envelope.
    pub const PAYLOAD_TYPE: &'static str = IN_TOTO;

    /// The bytes that are signed for this statement.
    pub fn message(statement: &[u8]) -> Vec<u8> {
        pre_authentication_encoding(IN_TOTO, statement)
    }
}

/// The statements about the manifest of this digest that are signed as required; others are left out, since everybody who may
/// write to the registry can add some.
///
/// # Errors
/// There are statements and none is signed as required; says the most telling reason. Without any there is no error.
pub fn attested(
    digest: &Digest,
    layers: &[AttestationLayer],
    required: &Verification,
) -> Result<Vec<Attestation>, TrustError> {
    let mut found = Vec::new();
    let mut refused = None;
    for layer in layers {
        let read = match read(layer) {
            Ok(None) => continue,
            Ok(Some((claim, predicate_type, predicate))) => {
                judge_claims(digest, [Ok(Some(claim))], required).map(|signed_by| Attestation {
                    predicate_type,
                    predicate,
                    signed_by,
                })
            }
            Err(problem) => Err(TrustError::Malformed {
                digest: digest.clone(),
                problem,
            }),
        };
        match read {
            Ok(attestation) => found.push(attestation),
            Err(problem) => refused = Some(problem),
        }
    }
    match refused {
        Some(problem) if found.is_empty() => Err(problem),
        _ => Ok(found),
    }
}

fn read(layer: &AttestationLayer) -> Result<Option<(Claim, String, Value)>, String> {
    let envelope: Envelope = serde_json::from_slice(&layer.envelope)
        .map_err(|error| format!("its envelope cannot be read ({error})"))?;
    let Some(signed) = envelope.open()? else {
        return Ok(None);
    };
    let annotation = |name: &str| layer.annotations.get(name).map(String::as_str);
    let material = material(
        annotation(CERTIFICATE),
        annotation(CHAIN),
        annotation(BUNDLE),
    )?;
    let claim = Claim {
        subjects: signed.subjects(),
        message: signed.message,
        signature: signed.signature,
        certificate: material.certificate,
        intermediates: material.intermediates,
        entries: material.entries,
    };
    let statement = signed.statement;
    Ok(Some((claim, statement.predicate_type, statement.predicate)))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
    };

    use super::{
        super::{PublicKey, Signer},
        *,
    };

    fn layer(key: &rcgen::KeyPair, about: &Digest) -> AttestationLayer {
        let statement = serde_json::json!({
            "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{"name": "p", "digest": {"sha256": about.hex()}}], "predicate": {"x": 1},
        })
        .to_string();
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            &key.serialize_der(),
            &random,
        )
        .unwrap();
        let message = pre_authentication_encoding(IN_TOTO, statement.as_bytes());
        let signature = pair.sign(&random, &message).unwrap();
        let envelope = serde_json::json!({
            "payloadType": IN_TOTO, "payload": STANDARD.encode(statement),
            "signatures": [{"keyid": "", "sig": STANDARD.encode(signature)}],
        });
        AttestationLayer {
            envelope: envelope.to_string().into_bytes(),
            annotations: BTreeMap::new(),
        }
    }

    fn by(key: &rcgen::KeyPair) -> Verification {
        let key = PublicKey::from_pem(key.public_key_pem().as_bytes()).unwrap();
        Verification::any_of(vec![Signer::Key(key)])
    }

    #[test]
    fn a_statement_counts_when_the_right_key_signed_it_about_this_manifest() {
        let key = rcgen::KeyPair::generate().unwrap();
        let (this, other) = (Digest::of(b"this"), Digest::of(b"other"));
        let good = layer(&key, &this);
        let found = attested(&this, &[layer(&key, &other), good.clone()], &by(&key)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].predicate, serde_json::json!({"x": 1}));
        assert!(matches!(
            attested(&other, std::slice::from_ref(&good), &by(&key)),
            Err(TrustError::OtherDigest { .. })
        ));
        let stranger = rcgen::KeyPair::generate().unwrap();
        assert!(matches!(
            attested(&this, &[good], &by(&stranger)),
            Err(TrustError::WrongSigner { .. })
        ));
        assert_eq!(attested(&this, &[], &by(&key)), Ok(Vec::new()));
    }

    #[test]
    fn what_was_changed_within_does_not_count() {
        let (key, this) = (rcgen::KeyPair::generate().unwrap(), Digest::of(b"this"));
        let mut changed = layer(&key, &this);
        let text = String::from_utf8(changed.envelope).unwrap();
        let mut envelope: Value = serde_json::from_str(&text).unwrap();
        let payload = STANDARD
            .decode(envelope["payload"].as_str().unwrap())
            .unwrap();
        let payload = String::from_utf8(payload)
            .unwrap()
            .replace("{\"x\":1}", "{\"x\":2}");
        envelope["payload"] = STANDARD.encode(payload).into();
        changed.envelope = envelope.to_string().into_bytes();
        assert!(matches!(
            attested(&this, &[changed], &by(&key)),
            Err(TrustError::WrongSigner { .. })
        ));
    }
}
