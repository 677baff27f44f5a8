use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::names::Secret;

/// Bytes of a tunnel's secret before they are written in base64.
const BYTES: usize = 32;
/// What is shown in place of the secret.
const HIDDEN: &str = "<secret>";

/// The secret of one tunnel: 32 random bytes, written in base64 (RFC 4648, section 4), 44 characters. Whoever has it can
/// connect as the tunnel's connector. Hidden in `Debug`, overwritten when dropped.
#[derive(Clone)]
pub struct TunnelSecret(Zeroizing<String>);

/// Why a text is not the secret of a tunnel or webhook. Does not repeat it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not base64.
    #[error("the secret is 32 bytes in base64, and this is no base64")]
    Encoding,
    /// Another length.
    #[error("the secret is 32 bytes in base64 (44 characters), and this has {0} bytes")]
    Length(usize),
    /// The system gives no randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(String),
}

impl TunnelSecret {
    /// A new secret.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self, SecretError> {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(|error| SecretError::Random(error.to_string()))?;
        Ok(Self(Zeroizing::new(STANDARD.encode(bytes.as_ref()))))
    }

    /// The secret in base64, to be kept in a Kubernetes Secret.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The forms in which it must not be seen.
    pub(crate) fn forms(&self) -> [Secret; 2] {
        let raw = STANDARD.decode(self.0.as_bytes()).unwrap_or_default();
        [Secret::new(self.0.as_bytes()), Secret::new(raw)]
    }
}

impl TryFrom<&[u8]> for TunnelSecret {
    type Error = SecretError;

    /// Takes what [`TunnelSecret::expose`] gave.
    fn try_from(text: &[u8]) -> Result<Self, SecretError> {
        let raw = Zeroizing::new(STANDARD.decode(text).map_err(|_| SecretError::Encoding)?);
        if raw.len() != BYTES {
            return Err(SecretError::Length(raw.len()));
        }
        Ok(Self(Zeroizing::new(STANDARD.encode(raw.as_slice()))))
    }
}

impl fmt::Debug for TunnelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TunnelSecret(hidden)")
    }
}

/// Text of a connector's file, with the tunnel's secret wherever it belongs. `Debug` and JSON show `<secret>` there.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    whole: Zeroizing<String>,
    shown: String,
}

impl Content {
    /// Puts the secret in the place of its placeholder.
    pub(super) fn filled(text: &str, placeholder: &str, secret: &TunnelSecret) -> Self {
        Self {
            whole: Zeroizing::new(text.replace(placeholder, secret.expose())),
            shown: text.replace(placeholder, HIDDEN),
        }
    }

    /// The text with the secret, to be kept in a Kubernetes Secret.
    pub fn expose(&self) -> &str {
        &self.whole
    }

    /// The text without the secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown, f)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_from_its_text_and_other_texts_are_none() {
        let secret = TunnelSecret::random().unwrap();
        assert_eq!(secret.expose().len(), 44);
        let again = TunnelSecret::try_from(secret.expose().as_bytes()).unwrap();
        assert_eq!(again.expose(), secret.expose());
        assert_eq!(
            TunnelSecret::try_from(b"c2hvcnQ=".as_slice()).unwrap_err(),
            SecretError::Length(5)
        );
        assert_eq!(
            TunnelSecret::try_from(b"no base64".as_slice()).unwrap_err(),
            SecretError::Encoding
        );
    }

    #[test]
    fn a_file_shows_its_secret_to_nobody_who_does_not_ask() {
        let secret = TunnelSecret::random().unwrap();
        let content = Content::filled("token = PLACE, again PLACE", "PLACE", &secret);
        assert_eq!(content.expose().matches(secret.expose()).count(), 2);
        assert_eq!(
            format!("{content:?}"),
            r#""token = <secret>, again <secret>""#
        );
        assert_eq!(
            serde_json::to_string(&content).unwrap(),
            r#""token = <secret>, again <secret>""#
        );
        assert_eq!(format!("{secret:?}"), "TunnelSecret(hidden)");
    }
}
