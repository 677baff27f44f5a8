//! Tokens that a private key signs: JSON Web Tokens (RFC 7519) with `RS256` (RFC 7518, section 3.3).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use serde_json::{Map, Value};

/// How long before now a token is dated: clocks differ.
const SKEW: Duration = Duration::from_mins(1);
/// How long a token is valid from now on. GitHub takes at most ten minutes, Google an hour.
pub const LIFETIME: Duration = Duration::from_mins(9);

/// The claims of a token. `iat` and `exp` come from the time at which it is signed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Claims<'a> {
    /// `iss`; with an audience `sub`, too.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: Option<&'a str>,
    /// `scope`.
    pub scope: Option<&'a str>,
}

/// A token with these claims, signed at this time since the beginning of 1970. The name of the key becomes the header `kid`.
///
/// # Errors
/// The key does not sign.
pub fn token(
    key: &KeyPair,
    key_id: Option<&str>,
    claims: Claims<'_>,
    now: Duration,
) -> Result<String, &'static str> {
    let header = object([
        ("alg", Some("RS256")),
        ("kid", key_id),
        ("typ", Some("JWT")),
    ]);
    let subject = claims.audience.map(|_| claims.issuer);
    let mut body = object([
        ("aud", claims.audience),
        ("iss", Some(claims.issuer)),
        ("scope", claims.scope),
        ("sub", subject),
    ]);
    let seconds = |time: Duration| Value::from(time.as_secs());
    body.insert("iat".to_owned(), seconds(now.saturating_sub(SKEW)));
    body.insert("exp".to_owned(), seconds(now.saturating_add(LIFETIME)));
    let signed = format!("{}.{}", part(header), part(body));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .map_err(|_| "the key does not sign")?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn object<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    given.collect()
}

fn part(object: Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Duration};

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::{Value, json};

    use super::{Claims, token};

    #[test]
    fn a_token_is_verified_by_the_public_key_and_has_the_times_of_the_clock() {
        let made = Command::new("openssl")
            .args([
                "genpkey",
                "-quiet",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ])
            .output()
            .expect("install openssl");
        let key = crate::rsa_key(&made.stdout).unwrap();
        let claims = Claims {
            issuer: "me",
            audience: Some("https://dns.example/"),
            scope: None,
        };
        let token = token(&key, Some("k1"), claims, Duration::from_secs(1_000)).unwrap();

        let (signed, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public())
            .verify(
                signed.as_bytes(),
                &URL_SAFE_NO_PAD.decode(signature).unwrap(),
            )
            .unwrap();
        let parts: Vec<Value> = signed
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(
            parts,
            [
                json!({ "alg": "RS256", "typ": "JWT", "kid": "k1" }),
                json!({ "iss": "me", "sub": "me", "aud": "https://dns.example/", "iat": 940, "exp": 1540 })
            ]
        );
    }
}
