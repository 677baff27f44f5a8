use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

/// Scheme, host and port of a server that is called: an HTTP server (RFC 6454), for example
/// `https://pdns.corp.example:8081`, or a DNS server, for example `tcp://ns1.corp.example:53`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Host<String>,
    port: u16,
}

/// What is spoken to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Scheme {
    Http,
    Https,
    /// DNS messages over TCP; no HTTP.
    Tcp,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
        }
    }

    /// The port that is not written.
    fn default_port(self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::Tcp => None,
        }
    }
}

/// Why a text is not an origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It is not a URL.
    #[error("`{text}` is not a URL ({source}); write it like `https://api.example.com`")]
    NotAUrl {
        /// What was given.
        text: String,
        /// What the parser says.
        source: url::ParseError,
    },
    /// It has another scheme than http, https and tcp.
    #[error(
        "`{0}` starts with neither `https://` nor `http://`; write it like `https://api.example.com`"
    )]
    Scheme(String),
    /// It is a server that is spoken to over TCP, without host and port alone.
    #[error("`{0}` is no server with a port; write it like `tcp://ns1.example.com:53`")]
    Server(String),
    /// It has more than an origin.
    #[error("`{text}` is more than scheme, host and port; write `{origin}`")]
    MoreThanAnOrigin {
        /// What was given.
        text: String,
        /// The origin in it.
        origin: String,
    },
}

impl Origin {
    /// The origin of a URL, whatever its path and query are. A `tcp` URL has none.
    pub fn of(url: &str) -> Result<Self, OriginError> {
        if let Some(server) = url.strip_prefix("tcp://") {
            return Self::of_server(server).ok_or_else(|| OriginError::Server(url.into()));
        }
        let parsed = Url::parse(url).map_err(|source| OriginError::NotAUrl {
            text: url.into(),
            source,
        })?;
        Self::of_url(&parsed)
    }

    /// `HOST:PORT`. The port has to be written: no protocol stands behind the scheme.
    fn of_server(text: &str) -> Option<Self> {
        let (_, port) = text.rsplit_once(':')?;
        let port: u16 = port.parse().ok().filter(|port| *port != 0)?;
        // The host is parsed as that of an HTTP URL, so that disguised addresses are addresses.
        let url = Url::parse(&format!("http://{text}")).ok()?;
        let alone = url.path() == "/" && !text.contains(['/', '?', '#', '@', '\\']);
        let host = url.host().filter(|_| alone)?.to_owned();
        Some(Self {
            scheme: Scheme::Tcp,
            host,
            port,
        })
    }

    /// The origin of an HTTP URL.
    pub(crate) fn of_url(url: &Url) -> Result<Self, OriginError> {
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(OriginError::Scheme(url.to_string())),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(OriginError::Scheme(url.to_string()));
        };
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port,
        })
    }

    /// Whether requests to it are encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Whether it is a server that is spoken to over TCP and not in HTTP.
    pub fn is_tcp(&self) -> bool {
        self.scheme == Scheme::Tcp
    }

    /// The host without brackets.
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// The port, also where it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, where the host is written as one.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        }
    }

    /// `host` or `host:port`, as in the `Host` header (RFC 9110, section 7.2).
    pub fn authority(&self) -> String {
        if self.scheme.default_port() == Some(self.port) {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let origin = Self::of(text)?;
        let bare = origin.is_tcp()
            || Url::parse(text).is_ok_and(|url| {
                url.path() == "/"
                    && url.query().is_none()
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
            });
        if bare {
            Ok(origin)
        } else {
            Err(OriginError::MoreThanAnOrigin {
                text: text.into(),
                origin: origin.to_string(),
            })
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_that_mean_the_same_are_equal() {
        let plain: Origin = "https://API.example.com".parse().unwrap();
        assert_eq!(plain, "https://api.example.com:443/".parse().unwrap());
        assert_eq!(
            plain,
            Origin::of("https://api.example.com/v1/zones?x=1").unwrap()
        );
        assert_ne!(plain, "http://api.example.com".parse().unwrap());
        assert_ne!(plain, "https://api.example.com:8443".parse().unwrap());
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused_with_the_line_to_write() {
        let more = "https://user:pw@api.example.com/v1"
            .parse::<Origin>()
            .unwrap_err();
        assert_eq!(
            more.to_string(),
            "`https://user:pw@api.example.com/v1` is more than scheme, host and port; write `https://api.example.com`"
        );
        assert!(matches!(
            "api.example.com".parse::<Origin>(),
            Err(OriginError::NotAUrl { .. })
        ));
        assert!(matches!(
            "ftp://api.example.com".parse::<Origin>(),
            Err(OriginError::Scheme(_))
        ));
    }

    #[test]
    fn a_server_for_tcp_has_a_port_and_nothing_after_it() {
        let server: Origin = "tcp://NS1.example.com:53".parse().unwrap();
        assert_eq!(server.to_string(), "tcp://ns1.example.com:53");
        assert!(server.is_tcp() && !server.is_https());
        for port in [80, 443] {
            let text = format!("tcp://[2001:db8::1]:{port}");
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        let disguised: Origin = "tcp://0x7f.1:53".parse().unwrap();
        assert_eq!(disguised.address(), Some("127.0.0.1".parse().unwrap()));
        for text in [
            "tcp://ns1.example.com",
            "tcp://ns1.example.com:",
            "tcp://ns1.example.com:0",
            "tcp://ns1.example.com:70000",
            "tcp://[2001:db8::1]",
            "tcp://ns1.example.com:53/",
            "tcp://a@ns1.example.com:53",
            "tcp://a/b:53",
            "tcp://:53",
        ] {
            let error = text.parse::<Origin>().unwrap_err();
            assert_eq!(error, OriginError::Server(text.into()));
        }
    }

    #[test]
    fn disguised_addresses_are_addresses() {
        let hex: Origin = "http://0x7f.1:80".parse().unwrap();
        assert_eq!(hex.address(), Some("127.0.0.1".parse().unwrap()));
        assert_eq!(hex.to_string(), "http://127.0.0.1");
    }
}
