use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{manifest::Placement, names::Secret};

/// A credential that a provider gives, with the place that the plugin's manifest declares for it.
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) placement: Placement,
    pub(crate) secret: Secret,
}

/// Why a plugin cannot use a credential; `credential-error` of `wit/host.wit`.
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
            Placement::HmacKey => None,
        }
    }

    /// The whole value of that header. Marked as sensitive, so that it never appears in debug output.
    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        let secret = self.secret.bytes();
        let bytes = Zeroizing::new(match &self.placement {
            Placement::Bearer => [b"Bearer ", secret].concat(),
            Placement::Basic => format!("Basic {}", STANDARD.encode(secret)).into_bytes(),
            Placement::Header { .. } => secret.to_vec(),
            Placement::HmacKey => return None,
        });
        let mut value = HeaderValue::from_bytes(&bytes).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// HMAC-SHA-256 (RFC 2104) chained over the messages, as `wit/host.wit` says.
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
}
