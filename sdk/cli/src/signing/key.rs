//! Private keys: as cosign writes them, encrypted, and PKCS #8 as OpenSSL does.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_secretbox::aead::{Aead as _, KeyInit as _};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use maquette_host::PublicKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::Deserialize;

use super::pem;

/// Variable with the password of an encrypted key; cosign's own.
const PASSWORD: &str = "COSIGN_PASSWORD";
/// What the kinds of files say of themselves.
const ENCRYPTED: [&str; 2] = [
    "ENCRYPTED SIGSTORE PRIVATE KEY",
    "ENCRYPTED COSIGN PRIVATE KEY",
];
const PLAIN: &str = "PRIVATE KEY";
/// Memory that unlocking a key may take, bytes: 128 · N · r (RFC 7914). cosign's keys take 64 MiB.
const SCRYPT_BYTES: u64 = 256 << 20;
/// `SubjectPublicKeyInfo` of a point on P-256 (RFC 5480), before the point.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// An ECDSA key on P-256 that signs.
pub(crate) struct SigningKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// go-securesystemslib, `encrypted`: what cosign writes its keys with.
#[derive(Deserialize)]
struct Locked {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Kdf {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Deserialize)]
struct Params {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

impl SigningKey {
    /// The key in a file. The password of an encrypted one is in `COSIGN_PASSWORD`.
    ///
    /// # Errors
    /// It cannot be read or unlocked, or is no key on P-256.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("--key: {} cannot be read", path.display()))?;
        let password = || {
            std::env::var(PASSWORD).with_context(|| {
                format!(
                    "it is encrypted; put its password into the environment variable {PASSWORD}"
                )
            })
        };
        Self::parse(&text, password)
            .with_context(|| format!("--key: {} cannot be used", path.display()))
    }

    fn parse(
        text: &str,
        password: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<Self> {
        let (label, content) = pem::decode(text)?;
        let der = match label.as_str() {
            PLAIN => content,
            label if ENCRYPTED.contains(&label) => unlock(&content, &password()?)?,
            "EC PRIVATE KEY" => bail!(
                "it is in the older form of OpenSSL; convert it with `openssl pkcs8 -topk8 -nocrypt`"
            ),
            other => bail!("it holds `{other}` and not a private key"),
        };
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &random)
            .map_err(|error| {
                anyhow::anyhow!(
                    "it is no ECDSA key on P-256 ({error}); make one with `cosign generate-key-pair`, or with \
                     `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`"
                )
            })?;
        Ok(Self { pair, random })
    }

    /// ECDSA with SHA-256 over these octets, in ASN.1.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let signature = self.pair.sign(&self.random, message);
        let signature = signature.map_err(|_| anyhow::anyhow!("the machine has no randomness"))?;
        Ok(signature.as_ref().to_vec())
    }

    /// Whether this key made the signature.
    pub(crate) fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        let point = self.pair.public_key().as_ref();
        ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_ASN1, point)
            .verify(message, signature)
            .is_ok()
    }

    /// The key that verifies.
    ///
    /// # Errors
    /// None: what signs has one.
    pub(crate) fn public(&self) -> anyhow::Result<PublicKey> {
        let document = [&SPKI, self.pair.public_key().as_ref()].concat();
        Ok(PublicKey::from_der(&document)?)
    }
}

fn unlock(json: &[u8], password: &str) -> anyhow::Result<Vec<u8>> {
    let locked: Locked = serde_json::from_slice(json).context("its content is not cosign's")?;
    ensure!(
        locked.kdf.name == "scrypt" && locked.cipher.name == "nacl/secretbox",
        "it is locked with {} and {}; this command opens scrypt with nacl/secretbox, which is what cosign writes",
        locked.kdf.name,
        locked.cipher.name
    );
    let decode = |text: &str| STANDARD.decode(text).context("its content is not base64");
    let Params { n, r, p } = locked.kdf.params;
    ensure!(
        n.is_power_of_two() && n.saturating_mul(u64::from(r)).saturating_mul(128) <= SCRYPT_BYTES,
        "unlocking it would take more than {} MiB of memory",
        SCRYPT_BYTES >> 20
    );
    let log_n = u8::try_from(n.trailing_zeros())?;
    let parameters = scrypt::Params::new(log_n, r, p, 32)
        .map_err(|error| anyhow::anyhow!("its parameters cannot be used: {error}"))?;
    let mut key = [0; 32];
    let salt = decode(&locked.kdf.salt)?;
    scrypt::scrypt(password.as_bytes(), &salt, &parameters, &mut key)
        .map_err(|error| anyhow::anyhow!("its parameters cannot be used: {error}"))?;
    let nonce = decode(&locked.cipher.nonce)?;
    ensure!(nonce.len() == 24, "its nonce has not 24 octets");
    XSalsa20Poly1305::new(Key::from_slice(&key))
        .decrypt(
            Nonce::from_slice(&nonce),
            decode(&locked.ciphertext)?.as_slice(),
        )
        .map_err(|_| anyhow::anyhow!("the password in {PASSWORD} does not open it"))
}

#[cfg(test)]
mod tests {
    use maquette_host::PublicKey;

    use super::SigningKey;

    /// Made by go-securesystemslib 0.11.1, as cosign does; the password is `correct horse`.
    const LOCKED: &str = include_str!("../../tests/plugin/fixtures/cosign.key");
    const PUBLIC: &[u8] = include_bytes!("../../tests/plugin/fixtures/cosign.pub");

    #[test]
    fn a_key_that_cosign_wrote_is_opened_with_its_password_only() {
        let key = SigningKey::parse(LOCKED, || Ok("correct horse".to_owned())).unwrap();
        assert_eq!(key.public().unwrap(), PublicKey::from_pem(PUBLIC).unwrap());
        let signature = key.sign(b"message").unwrap();
        assert!(key.made(b"message", &signature) && !key.made(b"other", &signature));
        let told = SigningKey::parse(LOCKED, || Ok("wrong".to_owned()))
            .err()
            .unwrap();
        assert!(told.to_string().contains("does not open it"), "{told}");
    }

    #[test]
    fn what_is_no_private_key_is_told_what_to_do() {
        let rsa = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        let old = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
        let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for (text, expected) in [
            (rsa, "RSA PRIVATE KEY"),
            (old, "openssl pkcs8"),
            (broken, "openssl genpkey"),
            ("secret", "not PEM"),
        ] {
            let told = SigningKey::parse(text, || Ok(String::new())).err().unwrap();
            assert!(format!("{told:#}").contains(expected), "{told:#}");
        }
    }
}
