//! Signers as cosign has them: keys, and identities with a stand-in for Fulcio's authority and Rekor's log.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maquette_host::{Digest, Identity, PublicKey, Signer, TrustRoot, Verification};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, SanType, date_time_ymd,
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};

pub const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
pub const ISSUER: &str = "https://token.example";

pub struct Key(pub KeyPair);

impl Key {
    pub fn new() -> Self {
        Self(KeyPair::generate().unwrap())
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::from_pem(self.0.public_key_pem().as_bytes()).unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let der = self.0.serialize_der();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &random);
        pair.unwrap()
            .sign(&random, message)
            .unwrap()
            .as_ref()
            .into()
    }

    /// Only this key suffices.
    pub fn required(&self) -> Verification {
        Verification::any_of(vec![Signer::Key(self.public())])
    }

    /// What is signed for this manifest, and the annotations of its layer.
    pub fn signature(&self, digest: &Digest) -> Signature {
        let payload = payload(digest);
        let signature = STANDARD.encode(self.sign(&payload));
        Signature {
            payload,
            annotations: json!({ "dev.cosignproject.cosign/signature": signature }),
        }
    }
}

pub fn payload(digest: &Digest) -> Vec<u8> {
    json!({
        "critical": {
            "identity": {"docker-reference": "registry.example/team/plugin"},
            "image": {"docker-manifest-digest": digest.to_string()},
            "type": "cosign container image signature",
        },
        "optional": null,
    })
    .to_string()
    .into_bytes()
}

/// One signature as a registry holds it.
#[derive(Clone)]
pub struct Signature {
    pub payload: Vec<u8>,
    pub annotations: Value,
}

/// The manifest of an artifact with these signatures.
pub fn signature_manifest(signatures: &[Signature]) -> Value {
    let layer = |signature: &Signature| {
        json!({
            "mediaType": SIMPLE,
            "digest": Digest::of(&signature.payload).to_string(),
            "size": signature.payload.len(),
            "annotations": signature.annotations,
        })
    };
    json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": Digest::of(b"{}").to_string(),
            "size": 2,
        },
        "layers": signatures.iter().map(layer).collect::<Vec<_>>(),
    })
}

/// A stand-in for a Sigstore: an authority with an intermediate, a log, and their trust root.
pub struct Sigstore {
    top: rcgen::Certificate,
    between: rcgen::Certificate,
    between_params: CertificateParams,
    between_key: KeyPair,
    pub log: Key,
}

/// 2026-06-01: within the certificates below.
pub const LOGGED_AT: i64 = 1_780_272_000;

impl Sigstore {
    pub fn new() -> Self {
        let authority = |name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2040, 1, 1);
            params
        };
        let (top_key, between_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let top_params = authority("root");
        let top = top_params.self_signed(&top_key).unwrap();
        let between_params = authority("intermediate");
        let between = between_params
            .signed_by(&between_key, &Issuer::from_params(&top_params, &top_key))
            .unwrap();
        Self {
            top,
            between,
            between_params,
            between_key,
            log: Key::new(),
        }
    }

    /// As an administrator gets it.
    pub fn trusted_root(&self) -> Value {
        let raw = |bytes: &[u8]| json!({ "rawBytes": STANDARD.encode(bytes) });
        let log_key = pem_content(&self.log.0.public_key_pem());
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{
                "baseUrl": "https://rekor.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": STANDARD.encode(log_key),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": {"start": "2020-01-01T00:00:00Z"},
                },
            }],
            "certificateAuthorities": [{
                "uri": "https://fulcio.example",
                "certChain": {"certificates": [raw(self.between.der()), raw(self.top.der())]},
                "validFor": {"start": "2020-01-01T00:00:00Z"},
            }],
        })
    }

    pub fn root(&self) -> Arc<TrustRoot> {
        let json = self.trusted_root().to_string();
        Arc::new(TrustRoot::from_json(json.as_bytes()).unwrap())
    }

    pub fn requires(&self, identity: Identity) -> Verification {
        Verification::any_of(vec![Signer::Identity {
            identity,
            root: self.root(),
        }])
    }

    /// A certificate for ten minutes around the time of the log, as Fulcio gives them.
    pub fn certificate(&self, subject: &str, key: &Key) -> rcgen::Certificate {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::URI(subject.try_into().unwrap())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params.not_before = date_time_ymd(2026, 5, 31);
        params.not_after = date_time_ymd(2026, 6, 2);
        // UTF8String (X.690): tag, length, text.
        let mut issuer = vec![0x0c, u8::try_from(ISSUER.len()).unwrap()];
        issuer.extend(ISSUER.as_bytes());
        let oid = [1, 3, 6, 1, 4, 1, 57264, 1, 8];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, issuer)];
        let issuer = Issuer::from_params(&self.between_params, &self.between_key);
        params.signed_by(&key.0, &issuer).unwrap()
    }

    /// A keyless signature as `cosign sign` makes it, logged at this second.
    pub fn signature(&self, digest: &Digest, subject: &str, at: i64) -> Signature {
        let key = Key::new();
        let certificate = self.certificate(subject, &key).pem();
        let payload = payload(digest);
        let signature = STANDARD.encode(key.sign(&payload));
        let bundle = self.promise(&payload, &signature, &certificate, at);
        Signature {
            payload,
            annotations: json!({
                "dev.cosignproject.cosign/signature": signature,
                "dev.sigstore.cosign/certificate": certificate,
                "dev.sigstore.cosign/chain": self.between.pem() + &self.top.pem(),
                "dev.sigstore.cosign/bundle": bundle.to_string(),
            }),
        }
    }

    /// The log's answer to an entry of this signature.
    pub fn promise(&self, payload: &[u8], signature: &str, certificate: &str, at: i64) -> Value {
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": {"hash": {"algorithm": "sha256", "value": Digest::of(payload).hex()}},
                "signature": {
                    "content": signature,
                    "publicKey": {"content": STANDARD.encode(certificate)},
                },
            },
        });
        let body = STANDARD.encode(body.to_string());
        let id = Digest::of(&pem_content(&self.log.0.public_key_pem()))
            .hex()
            .to_owned();
        let promised =
            format!(r#"{{"body":"{body}","integratedTime":{at},"logID":"{id}","logIndex":7}}"#);
        json!({
            "SignedEntryTimestamp": STANDARD.encode(self.log.sign(promised.as_bytes())),
            "Payload": {"body": body, "integratedTime": at, "logIndex": 7, "logID": id},
        })
    }
}

fn pem_content(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}
