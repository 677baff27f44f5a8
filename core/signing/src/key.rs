//! RSA private keys in PEM (RFC 7468).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::rsa::KeyPair;

/// Reads an RSA private key in PEM: PKCS #8 (`PRIVATE KEY`) or PKCS #1 (`RSA PRIVATE KEY`).
///
/// # Errors
/// The text is no such key. The message does not repeat it.
pub fn rsa_key(pem: &[u8]) -> Result<KeyPair, &'static str> {
    const NO_PEM: &str = "it is no private key in PEM (`-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`)";
    const NO_RSA: &str = "it is no RSA key of 2048 to 4096 bits";
    let text = std::str::from_utf8(pem).map_err(|_| NO_PEM)?;
    let mut lines = text.lines().map(str::trim);
    let label = lines.find_map(|line| {
        let label = line.strip_prefix("-----BEGIN ")?;
        label.strip_suffix("-----")
    });
    let label = label.ok_or(NO_PEM)?;
    let base64: String = lines
        .take_while(|line| !line.starts_with("-----END "))
        .collect();
    let der = STANDARD.decode(base64).map_err(|_| NO_PEM)?;
    match label {
        "PRIVATE KEY" => KeyPair::from_pkcs8(&der).map_err(|_| NO_RSA),
        "RSA PRIVATE KEY" => KeyPair::from_der(&der).map_err(|_| NO_RSA),
        _ => Err(NO_PEM),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::rsa_key;

    fn openssl(arguments: &[&str]) -> Vec<u8> {
        let made = Command::new("openssl").args(arguments).output();
        let made = made.expect("install openssl");
        assert!(made.status.success(), "{made:?}");
        made.stdout
    }

    #[test]
    fn a_key_is_read_in_both_forms_in_which_vendors_hand_it_out() {
        let eight = openssl(&[
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ]);
        let folder = std::env::temp_dir().join(format!("maquette-signing-{}", std::process::id()));
        std::fs::write(&folder, &eight).unwrap();
        let one = openssl(&["rsa", "-traditional", "-in", folder.to_str().unwrap()]);
        std::fs::remove_file(folder).unwrap();
        assert!(one.starts_with(b"-----BEGIN RSA PRIVATE KEY-----"));
        let modulus = |pem: &[u8]| rsa_key(pem).unwrap().public().modulus_len();
        assert_eq!((modulus(&eight), modulus(&one)), (256, 256));
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in [
            "",
            "-----BEGIN s3cret",
            "-----BEGIN PRIVATE KEY-----\ns3cret!\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nczNjcmV0\n-----END EC PRIVATE KEY-----",
        ] {
            let problem = rsa_key(text.as_bytes()).unwrap_err();
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }
}
