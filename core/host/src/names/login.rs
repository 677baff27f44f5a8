use std::fmt;

use zeroize::Zeroizing;

/// Bytes that nobody but the provider's own host may see: hidden in `Debug`, overwritten when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes as they are; a line break at the end is part of them.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// User and password (or token) of one registry.
#[derive(Debug, Clone)]
pub struct Login {
    /// User name.
    pub username: String,
    /// Password or access token.
    pub password: Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_of_a_login_does_not_contain_its_password() {
        let login = Login {
            username: "ci".into(),
            password: Secret::new("hunter2"),
        };
        assert_eq!(
            format!("{login:?}"),
            r#"Login { username: "ci", password: Secret(hidden) }"#
        );
    }
}
