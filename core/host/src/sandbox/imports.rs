use std::time::{Duration, Instant};

use tracing::{debug, error, info, warn};

use super::{
    State,
    bindings::{credentials, dns_transport, log, memory, types},
    log::{Admission, printable},
};
use crate::egress::{CredentialRefusal, DnsError, Signer};

impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) {
        let line = match self.lines.admit() {
            Admission::Log => printable(&self.session.scrub_text(message)),
            Admission::Last => {
                "the plugin logs too much; the rest of this call is dropped".to_owned()
            }
            Admission::Drop => return,
        };
        let (plugin, provider, object) = (
            self.session.plugin(),
            self.session.provider(),
            self.object.as_str(),
        );
        match level {
            log::Level::Debug => {
                debug!(target: "maquette_plugin", plugin, provider, object, "{line}");
            }
            log::Level::Info => {
                info!(target: "maquette_plugin", plugin, provider, object, "{line}");
            }
            log::Level::Warn => {
                warn!(target: "maquette_plugin", plugin, provider, object, "{line}");
            }
            log::Level::Error => {
                error!(target: "maquette_plugin", plugin, provider, object, "{line}");
            }
        }
    }
}

impl credentials::Host for State {
    fn header_value(&mut self, name: String) -> Result<String, credentials::CredentialError> {
        self.session.placeholder(&name, None).map_err(Into::into)
    }

    fn aws_authorization(
        &mut self,
        name: String,
        access_key_id: String,
        region: String,
    ) -> Result<String, credentials::CredentialError> {
        let signer = Signer::Aws {
            access_key_id,
            region,
        };
        let placeholder = self.session.placeholder(&name, Some(signer));
        placeholder.map_err(Into::into)
    }

    fn token_authorization(
        &mut self,
        name: String,
        issuer: String,
        key_id: Option<String>,
    ) -> Result<String, credentials::CredentialError> {
        let signer = Signer::Token { issuer, key_id };
        let placeholder = self.session.placeholder(&name, Some(signer));
        placeholder.map_err(Into::into)
    }

    fn verify_hmac_sha256(
        &mut self,
        name: String,
        message: Vec<u8>,
        signature: Vec<u8>,
    ) -> Result<bool, credentials::CredentialError> {
        self.session
            .verify_hmac_sha256(&name, &message, &signature)
            .map_err(Into::into)
    }

    fn matches(
        &mut self,
        name: String,
        candidate: Vec<u8>,
    ) -> Result<bool, credentials::CredentialError> {
        self.session.matches(&name, &candidate).map_err(Into::into)
    }
}

impl From<CredentialRefusal> for credentials::CredentialError {
    fn from(refusal: CredentialRefusal) -> Self {
        match refusal {
            CredentialRefusal::Unknown(text) => Self::Unknown(text),
            CredentialRefusal::Misplaced(text) => Self::Misplaced(text),
            CredentialRefusal::Other(text) => Self::Other(text),
        }
    }
}

impl memory::Host for State {
    fn recall(&mut self, key: String) -> Option<Vec<u8>> {
        self.session.memory().recall(&key, Instant::now())
    }

    fn keep(&mut self, key: String, value: Vec<u8>, seconds: u32, secret: bool) {
        let time = Duration::from_secs(seconds.into());
        self.session
            .memory()
            .keep(key, value, time, secret, Instant::now());
    }
}

impl dns_transport::Host for State {
    async fn exchange(
        &mut self,
        server: String,
        key: Option<String>,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, dns_transport::TransportError> {
        let answer = self.session.exchange(&server, key.as_deref(), message);
        answer.await.map_err(Into::into)
    }

    async fn transfer(
        &mut self,
        server: String,
        key: Option<String>,
        zone: String,
    ) -> Result<Vec<Vec<u8>>, dns_transport::TransportError> {
        let messages = self.session.transfer(&server, key.as_deref(), &zone);
        messages.await.map_err(Into::into)
    }
}

impl From<DnsError> for dns_transport::TransportError {
    fn from(error: DnsError) -> Self {
        match error {
            DnsError::Credential(text) => Self::Credential(text),
            DnsError::NotGranted(text) => Self::NotGranted(text),
            DnsError::Malformed(text) => Self::Malformed(text),
            DnsError::Unreachable(text) => Self::Unreachable(text),
            DnsError::Unauthorized(text) => Self::Unauthorized(text),
            DnsError::Answer(text) => Self::Answer(text),
        }
    }
}
