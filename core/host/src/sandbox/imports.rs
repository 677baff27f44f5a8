use tracing::{debug, error, info, warn};

use super::{
    State,
    bindings::{credentials, dns_transport, log, types},
    log::{Admission, printable},
};
use crate::egress::{CredentialRefusal, DnsError};

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
        self.session.placeholder(&name).map_err(Into::into)
    }

    fn hmac_sha256(
        &mut self,
        name: String,
        prefix: Vec<u8>,
        messages: Vec<Vec<u8>>,
    ) -> Result<Vec<u8>, credentials::CredentialError> {
        self.session
            .hmac_sha256(&name, &prefix, &messages)
            .map_err(Into::into)
    }

    fn sign_rs256(
        &mut self,
        name: String,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, credentials::CredentialError> {
        self.session.sign_rs256(&name, &message).map_err(Into::into)
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
        }
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
