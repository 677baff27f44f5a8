use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use rustls::pki_types::pem::PemObject as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{manifest::Placement, names::Secret};

/// A credential that a provider gives, with the place that the plugin's manifest declares for it.
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) placement: Placement,
    pub(crate) secret: Secret,
}

/// Why a plugin cannot use a credential; `credential-error` of `wit/plugin/host.wit`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CredentialRefusal {
    Unknown(String),
    Misplaced(String),
}

impl Held {
    /// The header that it belongs into; nothing for a key that is never sent.
    pub(crate) fn header(&self) -> Option<HeaderName> {
        match &self.placement {
            Placement::Bearer | Placement::Basic => Some(AUTHORIZATION),
            Placement::Header { name } => name.parse().ok(),
            Placement::HmacKey
            | Placement::SigningKey
            | Placement::TsigKey
            | Placement::Connector => None,
        }
    }

    /// The whole value of that header. Marked as sensitive, so that it never appears in debug output.
    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        let secret = self.secret.bytes();
        let bytes = Zeroizing::new(match &self.placement {
            Placement::Bearer => [b"Bearer ", secret].concat(),
            Placement::Basic => format!("Basic {}", STANDARD.encode(secret)).into_bytes(),
            Placement::Header { .. } => secret.to_vec(),
            Placement::HmacKey
            | Placement::SigningKey
            | Placement::TsigKey
            | Placement::Connector => return None,
        });
        let mut value = HeaderValue::from_bytes(&bytes).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// HMAC-SHA-256 (RFC 2104) chained over the messages, as `wit/plugin/host.wit` says.
    pub(crate) fn hmac_sha256(
        &self,
        prefix: &[u8],
        messages: &[Vec<u8>],
    ) -> Result<Vec<u8>, CredentialRefusal> {
        if self.placement != Placement::HmacKey {
            let text = format!("`{}` is not declared as a key for hmac-sha256", self.name);
            return Err(CredentialRefusal::Misplaced(text));
        }
        // Without a message the result would be the key itself.
        if messages.is_empty() {
            return Err(CredentialRefusal::Misplaced(
                "hmac-sha256 needs at least one message".to_owned(),
            ));
        }
        let first = Zeroizing::new([prefix, self.secret.bytes()].concat());
        messages
            .iter()
            .try_fold(first, |key, message| mac(&key, message))
            .map(|result| result.to_vec())
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017) of the message.
    pub(crate) fn sign_rs256(&self, message: &[u8]) -> Result<Vec<u8>, CredentialRefusal> {
        if self.placement != Placement::SigningKey {
            let text = format!("`{}` is not declared as a key for sign-rs256", self.name);
            return Err(CredentialRefusal::Misplaced(text));
        }
        let unusable = |problem: &str| {
            CredentialRefusal::Misplaced(format!("`{}` cannot be used: {problem}", self.name))
        };
        let key = signing_key(self.secret.bytes()).map_err(unusable)?;
        let mut signature = vec![0; key.public().modulus_len()];
        let random = ring::rand::SystemRandom::new();
        key.sign(
            &ring::signature::RSA_PKCS1_SHA256,
            &random,
            message,
            &mut signature,
        )
        .map_err(|_| unusable("the signature cannot be made"))?;
        Ok(signature)
    }

    /// Whether the candidate is the credential; takes as long for a wrong one as for the right one.
    pub(crate) fn matches(&self, candidate: &[u8]) -> Result<bool, CredentialRefusal> {
        // A keyed digest of both has one length and hides where they differ.
        let digest = |text: &[u8]| self.hmac_sha256(b"matches", &[text.to_vec()]);
        let wanted = digest(self.secret.bytes())?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&[b"matches", self.secret.bytes()].concat())
            .map_err(|error| CredentialRefusal::Misplaced(error.to_string()))?;
        mac.update(candidate);
        Ok(mac.verify_slice(&wanted).is_ok())
    }
}

/// Reads an RSA private key in PEM (PKCS #8, RFC 7468).
pub(crate) fn signing_key(pem: &[u8]) -> Result<ring::rsa::KeyPair, &'static str> {
    let der = rustls::pki_types::PrivatePkcs8KeyDer::from_pem_slice(pem)
        .map_err(|_| "it is no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")?;
    ring::rsa::KeyPair::from_pkcs8(der.secret_pkcs8_der())
        .map_err(|_| "it is no RSA key of 2048 to 4096 bits")
}

fn mac(key: &[u8], message: &[u8]) -> Result<Zeroizing<Vec<u8>>, CredentialRefusal> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| {
        CredentialRefusal::Misplaced(format!("the key cannot be used: {error}"))
    })?;
    mac.update(message);
    Ok(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(placement: Placement, secret: &str) -> Held {
        Held {
            name: "key".into(),
            placement,
            secret: Secret::new(secret),
        }
    }

    #[test]
    fn a_chained_hmac_is_the_signing_key_of_the_published_example() {
        // AWS, "Signature Version 4", example of deriving a signing key.
        let key = held(
            Placement::HmacKey,
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        );
        let messages = ["20150830", "us-east-1", "iam", "aws4_request"]
            .map(|message| message.as_bytes().to_vec());
        let derived = key.hmac_sha256(b"AWS4", &messages).unwrap();
        assert_eq!(
            hex::encode(derived),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn no_credential_leaves_as_the_result_of_an_empty_chain_or_of_another_placement() {
        let empty = held(Placement::HmacKey, "secret").hmac_sha256(b"", &[]);
        assert!(matches!(empty, Err(CredentialRefusal::Misplaced(_))));
        let bearer = held(Placement::Bearer, "secret").hmac_sha256(b"", &[b"x".to_vec()]);
        assert!(matches!(bearer, Err(CredentialRefusal::Misplaced(_))));
        assert_eq!(held(Placement::HmacKey, "secret").header_value(), None);
    }

    #[test]
    fn header_values_have_the_form_that_their_placement_says() {
        let value = |placement| {
            held(placement, "Aladdin:open sesame")
                .header_value()
                .unwrap()
        };
        assert_eq!(
            value(Placement::Basic),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(value(Placement::Bearer), "Bearer Aladdin:open sesame");
        assert_eq!(
            value(Placement::Header {
                name: "X-Key".into()
            }),
            "Aladdin:open sesame"
        );
        assert_eq!(format!("{:?}", value(Placement::Bearer)), "Sensitive");
    }

    #[test]
    fn a_candidate_matches_only_when_it_is_the_whole_credential() {
        let key = held(Placement::HmacKey, "webhook token");
        for (candidate, expected) in [
            ("webhook token", true),
            ("webhook", false),
            ("", false),
            ("webhook token ", false),
        ] {
            assert_eq!(key.matches(candidate.as_bytes()), Ok(expected));
        }
        let bearer = held(Placement::Bearer, "webhook token").matches(b"webhook token");
        assert!(matches!(bearer, Err(CredentialRefusal::Misplaced(_))));
    }

    #[test]
    fn what_is_no_rsa_key_signs_nothing_and_is_not_repeated() {
        let key = held(Placement::SigningKey, "-----BEGIN s3cret").sign_rs256(b"text");
        let Err(CredentialRefusal::Misplaced(text)) = key else {
            panic!("signed")
        };
        assert!(text.contains("no private key in PEM"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}
