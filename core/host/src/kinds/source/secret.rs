use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{kinds::tunnel::SecretError, names::Secret};

/// How such a secret begins (Standard Webhooks).
pub(crate) const PREFIX: &str = "whsec_";
/// Bytes before they are written in base64.
const BYTES: usize = 32;

/// The secret of one webhook, which the host generates: `whsec_` and 32 random bytes in base64. Hidden in `Debug`, overwritten
/// when dropped.
#[derive(Clone)]
pub struct HookSecret(Zeroizing<String>);

impl HookSecret {
    /// A new secret.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self, SecretError> {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        getrandom::fill(bytes.as_mut()).map_err(|error| SecretError::Random(error.to_string()))?;
        Ok(Self::written(bytes.as_ref()))
    }

    fn written(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(format!(
            "{PREFIX}{}",
            STANDARD.encode(bytes)
        )))
    }

    /// The text of the secret, to be kept in a Kubernetes Secret.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The forms in which it must not be seen.
    pub(crate) fn forms(&self) -> [Secret; 2] {
        let base64 = self.0.trim_start_matches(PREFIX);
        let raw = STANDARD.decode(base64).unwrap_or_default();
        [Secret::new(base64), Secret::new(raw)]
    }
}

impl TryFrom<&[u8]> for HookSecret {
    type Error = SecretError;

    /// Takes what [`HookSecret::expose`] gave.
    fn try_from(text: &[u8]) -> Result<Self, SecretError> {
        let base64 = text
            .strip_prefix(PREFIX.as_bytes())
            .ok_or(SecretError::Encoding)?;
        let raw = Zeroizing::new(STANDARD.decode(base64).map_err(|_| SecretError::Encoding)?);
        match raw.len() {
            BYTES => Ok(Self::written(&raw)),
            other => Err(SecretError::Length(other)),
        }
    }
}

impl fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookSecret(hidden)")
    }
}
