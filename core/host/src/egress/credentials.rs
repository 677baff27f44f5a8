use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    manifest::Placement,
    names::{Origin, Secret},
};

/// How a key for webhooks in base64 may begin (Standard Webhooks).
const WEBHOOK_PREFIX: &str = "whsec_";

/// A credential that a provider gives, with the place that the plugin's manifest declares for it.
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) placement: Placement,
    pub(crate) secret: Secret,
    /// Where it may be sent.
    pub(crate) origins: Vec<Origin>,
    /// The audience of the tokens that it signs.
    pub(crate) audience: Option<String>,
}

/// Why a plugin cannot use a credential; `credential-error` of `wit/plugin/host.wit`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CredentialRefusal {
    Unknown(String),
    Misplaced(String),
    Other(String),
}

impl Held {
    /// The header that it belongs into; nothing for a credential that is no part of a request.
    pub(crate) fn header(&self) -> Option<HeaderName> {
        match &self.placement {
            Placement::Bearer
            | Placement::Basic
            | Placement::AwsSigv4 { .. }
            | Placement::SignedToken { .. } => Some(AUTHORIZATION),
            Placement::Header { name } => name.parse().ok(),
            Placement::HmacKey
            | Placement::HmacKeyBase64
            | Placement::TsigKey
            | Placement::Connector
            | Placement::Other { .. } => None,
        }
    }

    /// The whole value of that header. Marked as sensitive, so that it never appears in debug output. Nothing for a key that
    /// signs.
    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        let secret = self.secret.bytes();
        let bytes = Zeroizing::new(match &self.placement {
            Placement::Bearer => [b"Bearer ", secret].concat(),
            Placement::Basic => format!("Basic {}", STANDARD.encode(secret)).into_bytes(),
            Placement::Header { .. } => secret.to_vec(),
            _ => return None,
        });
        let mut value = HeaderValue::from_bytes(&bytes).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether the signature is the HMAC-SHA-256 (RFC 2104) of the message; takes as long for a wrong one as for the right one.
    pub(crate) fn verify_hmac_sha256(
        &self,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialRefusal> {
        let mut mac = mac(&self.webhook_key()?)?;
        mac.update(message);
        Ok(mac.verify_slice(signature).is_ok())
    }

    /// Whether the candidate is the credential; takes as long for a wrong one as for the right one.
    pub(crate) fn matches(&self, candidate: &[u8]) -> Result<bool, CredentialRefusal> {
        self.webhook_key()?;
        // A keyed digest of both has one length and hides where they differ.
        let digest = |text: &[u8]| {
            let mut mac = mac(self.secret.bytes())?;
            mac.update(text);
            Ok(mac)
        };
        let wanted = digest(self.secret.bytes())?.finalize().into_bytes();
        Ok(digest(candidate)?.verify_slice(&wanted).is_ok())
    }

    fn webhook_key(&self) -> Result<Zeroizing<Vec<u8>>, CredentialRefusal> {
        let bytes = self.secret.bytes();
        match self.placement {
            Placement::HmacKey => Ok(Zeroizing::new(bytes.to_vec())),
            Placement::HmacKeyBase64 => webhook_key(bytes).map_err(|problem| {
                CredentialRefusal::Misplaced(format!("`{}` {problem}", self.name))
            }),
            _ => Err(CredentialRefusal::Misplaced(format!(
                "`{}` is not declared as a key for webhooks",
                self.name
            ))),
        }
    }
}

/// Reads a key for webhooks in base64.
pub(crate) fn webhook_key(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let problem = || "is not base64, with or without `whsec_` before it".to_owned();
    let text = std::str::from_utf8(text).map_err(|_| problem())?.trim_end();
    let text = text.strip_prefix(WEBHOOK_PREFIX).unwrap_or(text);
    let key = STANDARD.decode(text).map_err(|_| problem())?;
    Ok(Zeroizing::new(key))
}

fn mac(key: &[u8]) -> Result<Hmac<Sha256>, CredentialRefusal> {
    Hmac::<Sha256>::new_from_slice(key)
        .map_err(|error| CredentialRefusal::Misplaced(format!("the key cannot be used: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(placement: Placement, secret: &str) -> Held {
        Held {
            name: "key".into(),
            placement,
            secret: Secret::new(secret),
            origins: vec![],
            audience: None,
        }
    }

    #[test]
    fn a_webhook_is_verified_as_in_the_published_examples() {
        // GitHub, "Validating webhook deliveries": the test values of the documentation.
        let key = held(Placement::HmacKey, "It's a Secret to Everybody");
        let signature =
            hex::decode("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
                .unwrap();
        assert_eq!(
            key.verify_hmac_sha256(b"Hello, World!", &signature),
            Ok(true)
        );
        assert_eq!(
            key.verify_hmac_sha256(b"Hello, World.", &signature),
            Ok(false)
        );
        assert_eq!(
            key.verify_hmac_sha256(b"Hello, World!", &signature[..31]),
            Ok(false)
        );
        // Standard Webhooks, "Signature scheme": the test values of its libraries.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let message = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let signature = STANDARD
            .decode("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
            .unwrap();
        for secret in [secret, secret.trim_start_matches(WEBHOOK_PREFIX)] {
            let key = held(Placement::HmacKeyBase64, secret);
            assert_eq!(key.verify_hmac_sha256(message, &signature), Ok(true));
        }
        let raw = held(Placement::HmacKey, secret);
        assert_eq!(raw.verify_hmac_sha256(message, &signature), Ok(false));
    }

    #[test]
    fn a_key_that_signs_is_no_value_of_a_header_and_verifies_nothing() {
        for placement in [
            Placement::AwsSigv4 {
                service: "route53".into(),
            },
            Placement::SignedToken {
                audience: None,
                scope: None,
            },
            Placement::Connector,
        ] {
            let key = held(placement, "secret");
            assert_eq!(key.header_value(), None);
            assert!(matches!(
                key.verify_hmac_sha256(b"x", b"x"),
                Err(CredentialRefusal::Misplaced(_))
            ));
        }
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
}
