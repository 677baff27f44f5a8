//! A host for unit tests: answers from a list, keeps what was asked, and waits for nothing.
//!
//! ```
//! use maquette_sdk::mock::{Mock, Reply};
//!
//! let mock = Mock::new()
//!     .on("GET", "https://api.example.com/zones", Reply::status(503).header("Retry-After", "2"))
//!     .on("GET", "https://api.example.com/zones", Reply::json(200, &["example.com"]));
//! let ctx = mock.context(());
//!
//! // What a plugin does with its context:
//! let http = ctx.http().with_header("Authorization", &ctx.credential("token")?)?;
//! let zones: Vec<String> = http.get("https://api.example.com/zones").send()?.success()?.json()?;
//!
//! assert_eq!(zones, ["example.com"]);
//! assert_eq!(mock.requests()[1].headers["authorization"], "<credential token>");
//! assert_eq!(mock.waited().as_secs(), 2);
//! mock.assert_done();
//! # Ok::<(), maquette_sdk::Error>(())
//! ```
//!
//! Credentials are visible texts (`<credential NAME>`): there is no secret to lose, and a test sees where each went.
//! A signed request has a text that says who signed it in the place of its signature. Webhooks are signed with [`Mock::sign`].

mod reply;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use sha2::{Digest, Sha256};

pub use reply::Reply;

use crate::context::Context;
use crate::http::{Request, Response, SendError};
use crate::runtime::{CredentialError, Level, Runtime};

/// Time that a call has.
const CALL: Duration = Duration::from_secs(30);
/// When the mock's clock starts: the beginning of 2026 in UTC.
const START: Duration = Duration::from_hours(490_896);

/// A host for unit tests. Clones share what happened.
#[derive(Debug, Clone, Default)]
pub struct Mock(Rc<RefCell<Happened>>);

#[derive(Debug, Default)]
struct Happened {
    script: Vec<(String, String, Reply)>,
    requests: Vec<Request>,
    unexpected: Vec<String>,
    lines: Vec<(Level, String)>,
    missing: Vec<String>,
    kept: BTreeMap<String, Vec<u8>>,
    waited: Duration,
}

impl Mock {
    /// A host that answers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next request of this method and URL. Several answers for one URL are given in their order.
    #[must_use]
    pub fn on(self, method: &str, url: &str, reply: Reply) -> Self {
        let entry = (method.to_owned(), url.to_owned(), reply);
        self.0.borrow_mut().script.push(entry);
        self
    }

    /// Has no credential of this name, as when a Provider does not give an optional one.
    #[must_use]
    pub fn without_credential(self, name: &str) -> Self {
        self.0.borrow_mut().missing.push(name.to_owned());
        self
    }

    /// The context of a call with this configuration, which has 30 s.
    pub fn context<C>(&self, config: C) -> Context<C> {
        let mut context = Context::new(config, Box::new(self.clone()), CALL);
        "installation".clone_into(&mut context.installation);
        "Test/namespace/name".clone_into(&mut context.object);
        "key".clone_into(&mut context.idempotency_key);
        context
    }

    /// The signature of a webhook that the mock takes for one of this credential: HMAC-SHA-256, keyed with the text that
    /// stands for the credential.
    pub fn sign(name: &str, message: &[u8]) -> Vec<u8> {
        hmac(format!("<credential {name}>").as_bytes(), message)
    }

    /// What was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.0.borrow().requests.clone()
    }

    /// What was asked, each as `METHOD URL`.
    pub fn asked(&self) -> Vec<String> {
        self.0.borrow().requests.iter().map(line).collect()
    }

    /// Lines that were logged.
    pub fn lines(&self) -> Vec<(Level, String)> {
        self.0.borrow().lines.clone()
    }

    /// How long the plugin waited altogether. No test really waits.
    pub fn waited(&self) -> Duration {
        self.0.borrow().waited
    }

    /// Asserts that every answer was asked for and nothing else was.
    ///
    /// # Panics
    /// When not; says what.
    pub fn assert_done(&self) {
        let happened = self.0.borrow();
        let left: Vec<String> = happened
            .script
            .iter()
            .map(|(method, url, _)| format!("{method} {url}"))
            .collect();
        assert!(
            left.is_empty() && happened.unexpected.is_empty(),
            "never asked: {left:?}; asked without an answer: {:?}",
            happened.unexpected
        );
    }

    fn known(&self, name: &str) -> Result<String, CredentialError> {
        if self
            .0
            .borrow()
            .missing
            .iter()
            .any(|missing| missing == name)
        {
            return Err(CredentialError::Unknown(format!(
                "`{name}` is not given to this provider"
            )));
        }
        Ok(format!("<credential {name}>"))
    }
}

impl Runtime for Mock {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        let mut happened = self.0.borrow_mut();
        happened.requests.push(request.clone());
        let url = request.uri.to_string();
        let found = happened
            .script
            .iter()
            .position(|(method, on, _)| *method == request.method.as_str() && *on == url);
        if let Some(position) = found {
            return happened.script.remove(position).2.into();
        }
        let asked = line(request);
        happened.unexpected.push(asked.clone());
        Err(SendError::Malformed(format!(
            "the mock has no answer for {asked}"
        )))
    }

    fn credential(&self, name: &str) -> Result<String, CredentialError> {
        self.known(name)
    }

    fn aws_authorization(
        &self,
        name: &str,
        access_key_id: &str,
        region: &str,
    ) -> Result<String, CredentialError> {
        let name = self.known(name)?;
        Ok(format!(
            "<signed with {name} as {access_key_id} in {region}>"
        ))
    }

    fn token_authorization(
        &self,
        name: &str,
        issuer: &str,
        key_id: Option<&str>,
    ) -> Result<String, CredentialError> {
        let (name, key) = (self.known(name)?, key_id.unwrap_or("none"));
        Ok(format!("<token of {issuer} signed with {name}, key {key}>"))
    }

    fn verify_hmac_sha256(
        &self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialError> {
        self.known(name)?;
        Ok(Self::sign(name, message) == signature)
    }

    fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.0.borrow().kept.get(key).cloned()
    }

    fn keep(&self, key: &str, value: &[u8], _: Duration, _: bool) {
        let mut happened = self.0.borrow_mut();
        happened.kept.insert(key.to_owned(), value.to_vec());
    }

    fn matches(&self, name: &str, candidate: &[u8]) -> Result<bool, CredentialError> {
        Ok(self.known(name)?.as_bytes() == candidate)
    }

    fn log(&self, level: Level, message: &str) {
        self.0.borrow_mut().lines.push((level, message.to_owned()));
    }

    fn sleep(&self, time: Duration) {
        self.0.borrow_mut().waited += time;
    }

    fn now(&self) -> Duration {
        self.waited()
    }

    fn wall_clock(&self) -> Duration {
        START + self.waited()
    }
}

fn line(request: &Request) -> String {
    format!("{} {}", request.method, request.uri)
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    let short = if key.len() > block.len() {
        Sha256::digest(key).to_vec()
    } else {
        key.to_vec()
    };
    for (place, byte) in block.iter_mut().zip(short) {
        *place = byte;
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::{Mock, Reply, hmac};
    use crate::error::Error;
    use crate::runtime::Level;

    #[test]
    fn an_hmac_is_that_of_the_published_test_case() {
        // RFC 4231, section 4.3.
        let mac = hmac(b"Jefe", b"what do ya want for nothing?");
        let text = mac
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(
            text,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_request_that_nobody_expected_fails_and_is_told() {
        let mock = Mock::new().on("GET", "http://a.example/", Reply::status(204));
        let error = mock.context(()).http().get("http://b.example/").send();
        assert!(matches!(error, Err(Error::Other(text)) if text.contains("GET http://b.example/")));
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mock.assert_done()));
        assert!(told.is_err());
    }

    #[test]
    fn what_a_plugin_logs_and_lacks_is_seen() {
        let mock = Mock::new().without_credential("token");
        let ctx = mock.context(());
        ctx.log(Level::Warn, "slow");
        assert!(matches!(
            ctx.credential("token"),
            Err(Error::Unauthorized(_))
        ));
        assert_eq!(mock.lines(), [(Level::Warn, "slow".to_owned())]);
    }
}
