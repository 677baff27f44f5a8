use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{super::send::connect_checked, DnsError, Route};
use crate::names::Origin;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(10);

/// A connection that carries one question. It is closed when it is dropped.
pub(super) struct Stream<'a> {
    tcp: TcpStream,
    route: &'a Route<'a>,
    server: &'a Origin,
}

impl<'a> Stream<'a> {
    /// Connects to an address that was checked after the name was resolved.
    pub(super) async fn open(route: &'a Route<'_>, server: &'a Origin) -> Result<Self, DnsError> {
        let connecting = connect_checked(route.policy, route.denials, server);
        let unreachable = |why: String| DnsError::Unreachable(format!("{server} {why}"));
        let tcp = match timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(error)) => return Err(unreachable(format!("cannot be connected: {error}"))),
            Err(_elapsed) => return Err(unreachable("accepts no connection in time".to_owned())),
        };
        tcp.set_nodelay(true)
            .map_err(|error| unreachable(format!("cannot be used: {error}")))?;
        Ok(Self { tcp, route, server })
    }

    pub(super) async fn send(&mut self, message: &[u8]) -> Result<(), DnsError> {
        let length = u16::try_from(message.len()).map_err(|_| {
            DnsError::Malformed("a DNS message has at most 65535 octets".to_owned())
        })?;
        // Length and message in one segment (RFC 7766, section 8).
        let framed = [&length.to_be_bytes()[..], message].concat();
        self.route.policy.meter.sent(framed.len());
        let sending = self.tcp.write_all(&framed);
        match timeout(SILENCE, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_elapsed) => Err(self.silent()),
        }
    }

    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, DnsError> {
        let receiving = async {
            let length = self.tcp.read_u16().await?;
            let mut message = vec![0; usize::from(length)];
            self.tcp.read_exact(&mut message).await?;
            Ok::<_, std::io::Error>(message)
        };
        match timeout(SILENCE, receiving).await {
            Ok(Ok(message)) => {
                self.route.policy.meter.received(message.len() + 2);
                Ok(message)
            }
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_elapsed) => Err(self.silent()),
        }
    }

    fn broken(&self, error: &std::io::Error) -> DnsError {
        let server = self.server;
        DnsError::Unreachable(match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                format!("{server} closed the connection without a whole answer")
            }
            _ => format!("the connection to {server} broke: {error}"),
        })
    }

    fn silent(&self) -> DnsError {
        DnsError::Unreachable(format!(
            "{} did not answer within {} s",
            self.server,
            SILENCE.as_secs()
        ))
    }
}
