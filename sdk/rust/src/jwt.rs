//! JSON Web Tokens that the host signs.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::context::Context;
use crate::error::{Error, Result};

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

/// A token with these claims, signed as `RS256` (RFC 7515, RFC 7519) with the private key that the manifest declares under
/// the name `credential`, see [`crate::Credential::signing_key`]. `key_id` becomes the header `kid`.
///
/// Claims with times take them from [`Context::wall_clock`].
///
/// # Errors
/// Those of [`Context::sign_rs256`], and [`Error::Other`] for claims that are no JSON.
pub fn rs256<C, T: Serialize>(
    ctx: &Context<C>,
    credential: &str,
    key_id: Option<&str>,
    claims: &T,
) -> Result<String> {
    let header = Header {
        alg: "RS256",
        typ: "JWT",
        kid: key_id,
    };
    let signed = format!("{}.{}", part(&header)?, part(claims)?);
    let signature = ctx.sign_rs256(credential, signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn part<T: Serialize>(value: &T) -> Result<String> {
    let json = serde_json::to_vec(value)
        .map_err(|error| Error::Other(format!("a token cannot be written as JSON: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

#[cfg(feature = "native")]
#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::rsa::KeyPair;
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::{Value, json};

    use super::rs256;
    use crate::context::Context;
    use crate::native::{Native, pem};

    #[test]
    fn a_token_is_verified_by_the_public_key_and_says_which_key_signed_it() {
        let made = Command::new("openssl")
            .args([
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
            ])
            .output()
            .expect("install openssl");
        let key = String::from_utf8(made.stdout).unwrap();
        let runtime = Native::new([("key".to_owned(), key.clone())]);
        let ctx = Context::new((), Box::new(runtime), Duration::from_secs(9));
        let token = rs256(&ctx, "key", Some("k1"), &json!({ "iss": "me" })).unwrap();

        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = KeyPair::from_pkcs8(&pem(&key).unwrap()).unwrap();
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
                json!({ "iss": "me" })
            ]
        );
    }
}
