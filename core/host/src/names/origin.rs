use std::{fmt, net::IpAddr, str::FromStr};

use url::{Host, Url};

/// Scheme, host and port of an HTTP server (RFC 6454), for example `https://pdns.corp.example:8081`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    https: bool,
    host: Host<String>,
    port: u16,
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
    /// It has another scheme than http and https.
    #[error(
        "`{0}` starts with neither `https://` nor `http://`; write it like `https://api.example.com`"
    )]
    Scheme(String),
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
    /// The origin of a URL, whatever its path and query are.
    pub fn of(url: &str) -> Result<Self, OriginError> {
        let parsed = Url::parse(url).map_err(|source| OriginError::NotAUrl {
            text: url.into(),
            source,
        })?;
        Self::of_url(&parsed)
    }

    pub(crate) fn of_url(url: &Url) -> Result<Self, OriginError> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(OriginError::Scheme(url.to_string())),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(OriginError::Scheme(url.to_string()));
        };
        Ok(Self {
            https,
            host: host.to_owned(),
            port,
        })
    }

    /// Whether requests to it are encrypted.
    pub fn is_https(&self) -> bool {
        self.https
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
        let default = if self.https { 443 } else { 80 };
        if self.port == default {
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
        let bare = Url::parse(text).is_ok_and(|url| {
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
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
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
    fn disguised_addresses_are_addresses() {
        let hex: Origin = "http://0x7f.1:80".parse().unwrap();
        assert_eq!(hex.address(), Some("127.0.0.1".parse().unwrap()));
        assert_eq!(hex.to_string(), "http://127.0.0.1");
    }
}
