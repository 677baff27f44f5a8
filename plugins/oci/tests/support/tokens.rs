//! A token server as the registry's specification describes it: it signs what docker-registry verifies.
//! <https://distribution.github.io/distribution/spec/auth/jwt/>

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

const SERVICE: &str = "registry.test";
const ISSUER: &str = "tokens.test";

/// A running token server; ends with this value.
pub(crate) struct Tokens {
    port: u16,
    certificate: String,
    ended: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<String>>>,
}

struct Signer {
    key: EcdsaKeyPair,
    certificate: Vec<u8>,
    login: String,
}

impl Tokens {
    /// A server that gives every login but this one a token that allows nothing.
    pub(crate) fn start(login: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![ISSUER.to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let signer = Signer {
            key: EcdsaKeyPair::from_pkcs8(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &key.serialize_der(),
                &SystemRandom::new(),
            )
            .unwrap(),
            certificate: certificate.der().to_vec(),
            login: format!("Basic {}", super::base64(login)),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tokens = Self {
            port: listener.local_addr().unwrap().port(),
            certificate: certificate.pem(),
            ended: Arc::default(),
            requests: Arc::default(),
        };
        let (ended, requests) = (tokens.ended.clone(), tokens.requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                let _ = serve(stream, &signer, &requests);
            }
        });
        tokens
    }

    /// What the registry's configuration says about it.
    pub(crate) fn authentication(&self, folder: &Path) -> Value {
        let bundle = folder.join("issuer.pem");
        std::fs::write(&bundle, &self.certificate).unwrap();
        json!({ "token": {
            "realm": format!("http://127.0.0.1:{}/token", self.port),
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": bundle,
        }})
    }

    /// The targets of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(
    mut stream: TcpStream,
    signer: &Signer,
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    requests.lock().unwrap().push(target.clone());
    let mut authorization = None;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        if name.eq_ignore_ascii_case("authorization") {
            authorization = Some(value.to_owned());
        }
    }
    let (status, body) = match authorization {
        Some(wrong) if wrong != signer.login => ("401 Unauthorized", json!({})),
        known => (
            "200 OK",
            json!({ "token": signer.token(&target, known.is_some()) }),
        ),
    };
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

impl Signer {
    fn token(&self, target: &str, known: bool) -> String {
        let scope = target
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("scope="))
            .unwrap_or_default()
            .replace("%3A", ":")
            .replace("%2F", "/")
            .replace("%2C", ",");
        let mut parts = scope.splitn(3, ':');
        let (kind, name, actions) = (parts.next(), parts.next(), parts.next());
        let allowed = known || name.is_some_and(|name| name.starts_with("public/"));
        let access = match (kind, name, actions) {
            (Some(kind), Some(name), Some(actions)) if allowed => {
                let actions: Vec<&str> = actions.split(',').collect();
                json!([{ "type": kind, "name": name, "actions": actions }])
            }
            _ => json!([]),
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let header =
            json!({ "typ": "JWT", "alg": "ES256", "x5c": [STANDARD.encode(&self.certificate)] });
        let claims = json!({
            "iss": ISSUER, "sub": "ci", "aud": SERVICE, "jti": "1", "access": access,
            "exp": now + 300, "nbf": now - 60, "iat": now,
        });
        let text = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let text = text.join(".");
        let signature = self
            .key
            .sign(&SystemRandom::new(), text.as_bytes())
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
