use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::tsig::{Algorithm, Key, KeyName};
use zeroize::Zeroizing;

/// The form of a key, for messages.
const FORM: &str = "is no TSIG key; its form is `[ALGORITHM:]NAME:BASE64`, for example \
    `hmac-sha256:maquette-key:c2VjcmV0…`, as `tsig-keygen` of BIND and `keymgr -t` of Knot DNS give its parts";

/// A key that signs DNS messages (RFC 8945). Made for one exchange and dropped with it.
#[derive(Clone)]
pub(crate) struct TsigKey(Key);

impl TsigKey {
    /// Reads `[ALGORITHM:]NAME:BASE64`, the form of `dig -y`; HMAC-SHA-256 where no algorithm is named.
    ///
    /// # Errors
    /// What is wrong with it and what is accepted; never a part of it.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| FORM.to_owned())?;
        let parts: Vec<&str> = text.split(':').collect();
        let (algorithm, name, secret) = match parts.as_slice() {
            [name, secret] => ("hmac-sha256", *name, *secret),
            [algorithm, name, secret] => (*algorithm, *name, *secret),
            _ => return Err(FORM.to_owned()),
        };
        let algorithm = match algorithm.to_ascii_lowercase().as_str() {
            "hmac-sha256" => Algorithm::Sha256,
            "hmac-sha384" => Algorithm::Sha384,
            "hmac-sha512" => Algorithm::Sha512,
            _ => {
                return Err(
                    "has an algorithm that is not accepted; use hmac-sha256, hmac-sha384 or hmac-sha512. Its form is \
                     `[ALGORITHM:]NAME:BASE64`"
                        .to_owned(),
                );
            }
        };
        let name = name.to_ascii_lowercase();
        let name = KeyName::from_str(&name)
            .ok()
            .filter(|_| !name.is_empty() && name != ".")
            .ok_or_else(|| FORM.to_owned())?;
        let mut octets = Zeroizing::new(vec![0; secret.len()]);
        let length = STANDARD
            .decode_slice(secret, &mut octets)
            .ok()
            .filter(|length| *length > 0)
            .ok_or_else(|| FORM.to_owned())?;
        let secret = octets.get(..length).ok_or_else(|| FORM.to_owned())?;
        Key::new(algorithm, secret, name, None, None)
            .map(Self)
            .map_err(|_| FORM.to_owned())
    }
}

impl AsRef<Key> for TsigKey {
    fn as_ref(&self) -> &Key {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_in_the_form_of_dig() {
        let key = |text: &str| {
            let TsigKey(key) = TsigKey::parse(text.as_bytes()).unwrap();
            (key.algorithm(), key.name().to_string())
        };
        let name = || "maquette-key".to_owned();
        assert_eq!(key("maquette-key:c2VjcmV0"), (Algorithm::Sha256, name()));
        assert_eq!(
            key("HMAC-SHA512:Maquette-Key.:c2VjcmV0"),
            (Algorithm::Sha512, name())
        );
        assert_eq!(
            key("hmac-sha384:maquette-key:c2VjcmV0").0,
            Algorithm::Sha384
        );
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_form_and_without_its_text() {
        for text in [
            "",
            "c2VjcmV0",
            "maquette-key:",
            ":c2VjcmV0",
            "maquette-key:c2Vj cmV0",
            "maquette-key:c2VjcmV0\n",
            "hmac-sha256:a:b:c2VjcmV0",
            "hmac-md5:maquette-key:c2VjcmV0",
            "a..b:c2VjcmV0",
            "\u{fc}:c2VjcmV0x",
        ] {
            let problem = TsigKey::parse(text.as_bytes()).err().expect(text);
            assert!(
                problem.contains("[ALGORITHM:]NAME:BASE64"),
                "{text}: {problem}"
            );
            assert!(
                !problem.contains("c2VjcmV0\n") && !problem.contains("a..b"),
                "{problem}"
            );
        }
        assert!(TsigKey::parse(b"\xff:c2VjcmV0").is_err());
    }
}
