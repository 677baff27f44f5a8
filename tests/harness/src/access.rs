//! Who may talk to an API server of the harness: bearer tokens, the service accounts' key, kubeconfig files.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

/// The machine's source of random numbers failed.
#[derive(Debug, thiserror::Error)]
#[error("the machine gives no random numbers")]
pub struct NoRandomness;

/// A user of the API server, known by a bearer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// User name, as in the audit log.
    pub name: &'static str,
    /// Group, or empty.
    pub group: &'static str,
    /// Bearer token.
    pub token: String,
}

impl User {
    /// A user with a fresh random token.
    pub fn new(name: &'static str, group: &'static str) -> Result<Self, NoRandomness> {
        Ok(Self {
            name,
            group,
            token: random_hex(24)?,
        })
    }
}

/// `bytes` random bytes in hexadecimal.
pub fn random_hex(bytes: usize) -> Result<String, NoRandomness> {
    let mut buffer = vec![0; bytes];
    SystemRandom::new()
        .fill(&mut buffer)
        .map_err(|_| NoRandomness)?;
    Ok(hex::encode(buffer))
}

/// The content of kube-apiserver's `--token-auth-file`: `token,user,uid,"groups"`.
pub(crate) fn token_file(users: &[User]) -> String {
    users.iter().fold(String::new(), |mut text, user| {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},\"{}\"",
            user.token, user.name, user.name, user.group
        );
        text
    })
}

/// How a kubeconfig names the authority that signed the server's certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Authority<'a> {
    /// A file that exists when the program starts.
    File(&'a str),
    /// The certificate itself, in PEM.
    Inline(&'a str),
}

/// A kubeconfig for one user.
pub(crate) fn kubeconfig(server: &str, authority: Authority<'_>, token: &str) -> String {
    let authority = match authority {
        Authority::File(path) => format!("certificate-authority: {path}"),
        Authority::Inline(pem) => format!("certificate-authority-data: {}", STANDARD.encode(pem)),
    };
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: maquette
  cluster:
    server: {server}
    {authority}
users:
- name: maquette
  user:
    token: {token}
contexts:
- name: maquette
  context:
    cluster: maquette
    user: maquette
current-context: maquette
"
    )
}

/// The key pair that signs service accounts' tokens.
pub(crate) struct ServiceAccountKey {
    /// PKCS #8, PEM.
    pub(crate) private: String,
    /// `SubjectPublicKeyInfo`, PEM.
    pub(crate) public: String,
}

impl ServiceAccountKey {
    /// A fresh P-256 key.
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        /// The fixed head of a P-256 `SubjectPublicKeyInfo` (RFC 5480); the uncompressed point follows.
        const HEAD: [u8; 26] = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
            0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ];
        let random = SystemRandom::new();
        let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| NoRandomness)?;
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_ref(), &random)
                .map_err(|_| NoRandomness)?;
        let public: Vec<u8> = HEAD
            .iter()
            .chain(pair.public_key().as_ref())
            .copied()
            .collect();
        Ok(Self {
            private: pem("PRIVATE KEY", private.as_ref()),
            public: pem("PUBLIC KEY", &public),
        })
    }
}

/// RFC 7468: 64 characters a line.
fn pem(label: &str, der: &[u8]) -> String {
    let encoded: Vec<char> = STANDARD.encode(der).chars().collect();
    let lines: Vec<String> = encoded
        .chunks(64)
        .map(|line| line.iter().collect())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_file_has_one_line_per_user() {
        let users = [
            User {
                name: "admin",
                group: "system:masters",
                token: "a".into(),
            },
            User {
                name: "system:kube-proxy",
                group: "",
                token: "b".into(),
            },
        ];
        assert_eq!(
            token_file(&users),
            "a,admin,admin,\"system:masters\"\nb,system:kube-proxy,system:kube-proxy,\"\"\n"
        );
    }

    #[test]
    fn a_kubeconfig_is_understood_by_the_client_library() {
        let text = kubeconfig("https://127.0.0.1:6443", Authority::Inline("PEM"), "secret");
        let config = kube::config::Kubeconfig::from_yaml(&text).unwrap();
        let cluster = config.clusters[0].cluster.clone().unwrap();
        assert_eq!(cluster.server.as_deref(), Some("https://127.0.0.1:6443"));
        assert_eq!(cluster.certificate_authority_data.as_deref(), Some("UEVN"));
        assert_eq!(config.current_context.as_deref(), Some("maquette"));
    }

    #[test]
    fn two_tokens_differ_and_have_the_asked_length() {
        let (one, two) = (random_hex(24).unwrap(), random_hex(24).unwrap());
        assert_eq!((one.len(), two.len()), (48, 48));
        assert_ne!(one, two);
    }

    #[test]
    fn pem_lines_have_at_most_64_characters() {
        let key = ServiceAccountKey::generate().unwrap();
        assert!(
            key.public
                .lines()
                .chain(key.private.lines())
                .all(|line| line.len() <= 64)
        );
        assert!(
            key.public
                .starts_with("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")
        );
    }
}
