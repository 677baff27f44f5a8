use std::fmt;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use x509_parser::{prelude::FromDer, x509::SubjectPublicKeyInfo};

use crate::Digest;

/// A public key that verifies signatures: ECDSA P-256 or P-384, RSA of 2048 to 8192 bits (PKCS #1 v1.5) or Ed25519.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    /// As `ring` takes it: the point, the PKCS #1 document or the 32 bytes.
    raw: Vec<u8>,
    /// The whole document, which identifies the key.
    spki: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    Rsa,
    Ed25519,
}

/// Why a document is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not PEM, or PEM of something else.
    #[error("it is not a public key in PEM (`-----BEGIN PUBLIC KEY-----`)")]
    NotPem,
    /// The document inside is malformed.
    #[error("the public key is malformed")]
    Malformed,
    /// Another algorithm.
    #[error(
        "the public key's algorithm {0} is not supported; use ECDSA P-256 or P-384, RSA or Ed25519"
    )]
    Algorithm(String),
}

/// RFC 5480, 3279 and 8410.
const EC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const RSA: &str = "1.2.840.113549.1.1.1";
const ED25519: &str = "1.3.101.112";

impl PublicKey {
    /// The key in a PEM document, as `cosign.pub` is one.
    ///
    /// # Errors
    /// It is none, or of an algorithm that is not supported.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| KeyError::NotPem)?;
        Self::from_der(&der)
    }

    /// The key in a `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7).
    ///
    /// # Errors
    /// It is none, or of an algorithm that is not supported.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Malformed)?;
        if !rest.is_empty() {
            return Err(KeyError::Malformed);
        }
        let algorithm = info.algorithm.algorithm.to_id_string();
        let curve = || {
            let parameters = info.algorithm.parameters.as_ref()?;
            Some(parameters.as_oid().ok()?.to_id_string())
        };
        let kind = match algorithm.as_str() {
            EC => match curve().as_deref() {
                Some(P256) => Kind::P256,
                Some(P384) => Kind::P384,
                other => return Err(KeyError::Algorithm(other.unwrap_or(EC).to_owned())),
            },
            RSA => Kind::Rsa,
            ED25519 => Kind::Ed25519,
            _ => return Err(KeyError::Algorithm(algorithm)),
        };
        Ok(Self {
            kind,
            raw: info.subject_public_key.data.to_vec(),
            spki: der.to_vec(),
        })
    }

    /// SHA-256 of the key's document: what names it, also in the logs of Sigstore.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.spki)
    }

    pub(super) fn id(&self) -> Vec<u8> {
        hex::decode(self.fingerprint().hex()).unwrap_or_default()
    }

    /// Whether this key made the signature. cosign signs SHA-256 with every key but Ed25519; P-384 may use SHA-384.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithms: &[&'static dyn VerificationAlgorithm] = match self.kind {
            Kind::P256 => &[&signature::ECDSA_P256_SHA256_ASN1],
            Kind::P384 => &[
                &signature::ECDSA_P384_SHA256_ASN1,
                &signature::ECDSA_P384_SHA384_ASN1,
            ],
            Kind::Rsa => &[&signature::RSA_PKCS1_2048_8192_SHA256],
            Kind::Ed25519 => &[&signature::ED25519],
        };
        algorithms.iter().any(|algorithm| {
            UnparsedPublicKey::new(*algorithm, &self.raw)
                .verify(message, signature)
                .is_ok()
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = self.fingerprint();
        write!(f, "key {}", fingerprint.hex().get(..16).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
    };

    #[test]
    fn a_key_verifies_what_it_signed_and_nothing_else() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let key = PublicKey::from_pem(pair.public_key_pem().as_bytes()).unwrap();
        let random = SystemRandom::new();
        let signing = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            &pair.serialize_der(),
            &random,
        )
        .unwrap();
        assert_eq!(key.raw, signing.public_key().as_ref());
        let signature = signing.sign(&random, b"payload").unwrap();
        assert!(key.verifies(b"payload", signature.as_ref()));
        assert!(!key.verifies(b"pay1oad", signature.as_ref()));
    }

    #[test]
    fn what_is_no_public_key_is_refused_with_the_reason() {
        assert_eq!(PublicKey::from_pem(b"secret"), Err(KeyError::NotPem));
        let certificate = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        assert_eq!(
            PublicKey::from_pem(certificate.as_bytes()),
            Err(KeyError::Malformed)
        );
    }
}
