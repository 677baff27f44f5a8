//! What users write in the Provider.

use maquette_sdk::http::Uri;
use maquette_sdk::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// How to reach one PowerDNS server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Base URL of the server's HTTP API, without `/api/v1`: for example `https://pdns.example.com:8081`.
    #[schemars(extend("format" = "uri", "pattern" = "^https?://[^/?#@]+(/[^?#]*)?$"))]
    pub url: String,
    /// The server's identifier in the API; `localhost` unless a proxy serves several.
    #[serde(default = "default_server")]
    #[schemars(extend("pattern" = "^[A-Za-z0-9._-]+$"))]
    pub server: String,
}

fn default_server() -> String {
    "localhost".to_owned()
}

impl Config {
    /// Root of the server's resources.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a URL that is none, or a server identifier that does not belong into a path.
    pub fn root(&self) -> Result<String> {
        let base = self.url.trim_end_matches('/');
        let uri: Uri = base.parse().map_err(|_| invalid_url(&self.url))?;
        let authority = uri.authority().ok_or_else(|| invalid_url(&self.url))?;
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        if !scheme
            || uri.query().is_some()
            || authority.as_str().contains('@')
            || base.contains('#')
        {
            return Err(invalid_url(&self.url));
        }
        if self.server.is_empty()
            || !self
                .server
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        {
            let message = format!(
                "`{}` is no server identifier; use letters, digits, `.`, `_` and `-`",
                self.server
            );
            return Err(Error::invalid("config.server", message));
        }
        Ok(format!("{base}/api/v1/servers/{}", self.server))
    }
}

fn invalid_url(url: &str) -> Error {
    let message = format!(
        "`{url}` is no base URL; write for example `https://pdns.example.com:8081`, without credentials or query"
    );
    Error::invalid("config.url", message)
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn root(url: &str, server: &str) -> Option<String> {
        Config {
            url: url.into(),
            server: server.into(),
        }
        .root()
        .ok()
    }

    #[test]
    fn the_root_keeps_a_proxys_path_and_loses_the_final_slash() {
        assert_eq!(
            root("http://h:1", "localhost").unwrap(),
            "http://h:1/api/v1/servers/localhost"
        );
        assert_eq!(
            root("https://h/dns/", "b").unwrap(),
            "https://h/dns/api/v1/servers/b"
        );
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for (url, server) in [
            ("ftp://h", "a"),
            ("h", "a"),
            ("/x", "a"),
            ("", "a"),
            ("http://u:p@h", "a"),
            ("http://h?x", "a"),
            ("http://h/#x", "a"),
            ("http://h", ""),
            ("http://h", "../x"),
            ("http://h", "a/b"),
            ("http://h", "a?b"),
        ] {
            assert_eq!(root(url, server), None, "{url} {server}");
        }
    }

    #[test]
    fn the_server_defaults_to_localhost_and_unknown_fields_are_refused() {
        let config: Config = serde_json::from_str(r#"{"url":"http://h"}"#).unwrap();
        assert_eq!(config.server, "localhost");
        assert!(serde_json::from_str::<Config>(r#"{"url":"http://h","sever":"a"}"#).is_err());
    }
}
