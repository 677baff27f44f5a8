//! DNS messages over TCP to granted servers (RFC 1035, section 4.2.2; RFC 7766): what is asked (`message`, `transfer`), the key that
//! signs it (`key`), and the connection (`stream`). `key`, `message` and `transfer` are pure. A plugin gives and gets messages
//! without signature; it never has the key.

mod key;
mod message;
mod stream;
#[cfg(test)]
mod tests;
mod transfer;

use std::time::{Duration, Instant};

use domain::rdata::tsig::Time48;

pub(crate) use key::TsigKey;
use message::Asked;
use stream::Stream;
use transfer::Transfer;

use super::{Policy, denials::Denials};
use crate::{manifest::Placement, names::Origin};

/// Bytes of all messages of one transfer: some hundred thousand records.
const TRANSFER_BYTES: usize = 8 << 20;
/// What is kept back of the call's deadline, so that the plugin can still say what happened.
const MARGIN: Duration = Duration::from_millis(300);

/// Why there is no answer; `dns-transport.transport-error` of the contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DnsError {
    #[error("{0}")]
    Credential(String),
    #[error("{0}")]
    NotGranted(String),
    #[error("{0}")]
    Malformed(String),
    #[error("{0}")]
    Unreachable(String),
    #[error("{0}")]
    Unauthorized(String),
    #[error("{0}")]
    Answer(String),
}

/// What one exchange is held against.
pub(super) struct Route<'a> {
    pub(super) policy: &'a Policy,
    pub(super) denials: &'a Denials,
    /// When the call ends.
    pub(super) ends: Instant,
}

impl Route<'_> {
    /// One message and its answer.
    pub(super) async fn exchange(
        &self,
        server: &str,
        key: Option<&str>,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, DnsError> {
        let (server, key) = (self.server(server)?, self.key(key)?);
        let asked = Asked::new(message, key.as_ref(), Time48::now())?;
        self.within(&server, async {
            let mut stream = Stream::open(self, &server).await?;
            stream.send(asked.octets()).await?;
            let answer = stream.receive().await?;
            asked.accept(answer, Time48::now())
        })
        .await
    }

    /// A zone, message by message.
    pub(super) async fn transfer(
        &self,
        server: &str,
        key: Option<&str>,
        zone: &str,
    ) -> Result<Vec<Vec<u8>>, DnsError> {
        let (server, key) = (self.server(server)?, self.key(key)?);
        let mut transfer = Transfer::new(zone, key.as_ref(), Time48::now())?;
        self.within(&server, async {
            let mut stream = Stream::open(self, &server).await?;
            stream.send(transfer.octets()).await?;
            let (mut messages, mut bytes) = (Vec::new(), 0);
            while !transfer.ended() {
                let message = stream.receive().await?;
                bytes += message.len();
                if bytes > TRANSFER_BYTES {
                    return Err(DnsError::Answer(format!(
                        "the zone `{zone}` has more than {} MiB, which is more than a plugin can be given at once",
                        TRANSFER_BYTES >> 20
                    )));
                }
                messages.push(transfer.accept(message, Time48::now())?);
            }
            transfer.done()?;
            Ok(messages)
        })
        .await
    }

    /// Ends before the call does.
    async fn within<T>(
        &self,
        server: &Origin,
        work: impl Future<Output = Result<T, DnsError>>,
    ) -> Result<T, DnsError> {
        let ends = self.ends.checked_sub(MARGIN).unwrap_or(self.ends);
        match tokio::time::timeout_at(ends.into(), work).await {
            Ok(result) => result,
            Err(_elapsed) => Err(DnsError::Unreachable(format!(
                "{server} did not answer before the call's time was over"
            ))),
        }
    }

    fn server(&self, text: &str) -> Result<Origin, DnsError> {
        let server: Origin = text.parse().ok().filter(Origin::is_tcp).ok_or_else(|| {
            DnsError::NotGranted(format!(
                "`{text}` is no DNS server; write it like `tcp://ns1.example.com:53`"
            ))
        })?;
        if self.policy.egress.contains(&server) {
            return Ok(server);
        }
        let text = format!(
            "the plugin called {server}, which is not granted; add `egress: [\"{server}\"]` to the Provider if it should"
        );
        self.policy.meter.denied();
        self.denials.note(text.clone());
        Err(DnsError::NotGranted(text))
    }

    fn key(&self, name: Option<&str>) -> Result<Option<TsigKey>, DnsError> {
        let Some(name) = name else { return Ok(None) };
        let held = self
            .policy
            .credentials
            .iter()
            .find(|held| held.name == name);
        let held = held.ok_or_else(|| {
            DnsError::Credential(format!("`{name}` is not given to this provider"))
        })?;
        if held.placement != Placement::TsigKey {
            let text = format!("`{name}` is not declared as a key for DNS messages (tsig-key)");
            return Err(DnsError::Credential(text));
        }
        TsigKey::parse(held.secret.bytes())
            .map(Some)
            .map_err(|problem| DnsError::Credential(format!("`{name}` {problem}")))
    }
}
