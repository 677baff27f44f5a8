use std::collections::BTreeSet;

use http::{HeaderName, header};

use super::{Host, Manifest, Placement};
use crate::names::{Origin, OriginError};

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A name is not a DNS label.
    #[error("{field}: `{name}` is not a DNS label (at most 63 lower-case letters, digits and `-`)")]
    Name {
        /// Where.
        field: String,
        /// What is there.
        name: String,
    },
    /// The version is not a semantic version.
    #[error("version: `{0}` is not a semantic version such as `1.4.0`")]
    Version(String),
    /// The configuration schema is unusable.
    #[error("configSchema: {0}")]
    Schema(String),
    /// Two credentials have one name.
    #[error("credentials: two are named `{0}`")]
    CredentialTwice(String),
    /// A credential is put into a header that a plugin cannot set.
    #[error("credentials: `{credential}` cannot be put into the header `{header}`")]
    Header {
        /// The credential.
        credential: String,
        /// The header.
        header: String,
    },
    /// A fixed host is not an origin.
    #[error("hosts: {0}")]
    Host(#[from] OriginError),
    /// A pointer into the configuration is malformed.
    #[error("hosts: `{0}` is not a JSON pointer such as `/url`")]
    Pointer(String),
    /// A list is longer than a Provider could grant.
    #[error("{field}: more than {most}; a Provider can grant no more")]
    TooMany {
        /// Which list.
        field: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A text is longer than it may be where administrators read it.
    #[error("{field}: longer than {most_bytes} bytes")]
    TooLong {
        /// Where.
        field: &'static str,
        /// How long it may be.
        most_bytes: usize,
    },
}

/// As many as a Provider's `egress` and `credentials` may have (`core/api`).
const MOST_HOSTS: usize = 32;
const MOST_CREDENTIALS: usize = 16;
/// As long as an entry of `egress` may be.
const HOST_BYTES: usize = 300;
/// As long as a tag may be.
const VERSION_BYTES: usize = 128;

/// Headers that frame or route a request: the host alone sets them (RFC 9110, section 7).
const FRAMING: [HeaderName; 9] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

impl Manifest {
    /// Whether the host can use it.
    ///
    /// # Errors
    /// The first thing that it cannot use.
    pub fn check(&self) -> Result<(), ManifestError> {
        check_label("name", &self.name)?;
        self.check_sizes()?;
        semver::Version::parse(&self.version)
            .map_err(|_| ManifestError::Version(self.version.clone()))?;
        crate::grants::config_validator(&self.config_schema).map_err(ManifestError::Schema)?;
        let mut seen = BTreeSet::new();
        for credential in &self.credentials {
            check_label("credentials", &credential.name)?;
            if !seen.insert(&credential.name) {
                return Err(ManifestError::CredentialTwice(credential.name.clone()));
            }
            if let Placement::Header { name } = &credential.placement
                && !name
                    .parse()
                    .is_ok_and(|name: HeaderName| !FRAMING.contains(&name))
            {
                return Err(ManifestError::Header {
                    credential: credential.name.clone(),
                    header: name.clone(),
                });
            }
        }
        self.hosts.iter().try_for_each(|host| match host {
            Host::Fixed(origin) => origin
                .parse::<Origin>()
                .map(|_| ())
                .map_err(ManifestError::Host),
            Host::FromConfig(pointer)
                if pointer.starts_with('/') && !pointer.contains(char::is_control) =>
            {
                Ok(())
            }
            Host::FromConfig(pointer) => Err(ManifestError::Pointer(pointer.clone())),
        })
    }
}

impl Manifest {
    /// What it asks for stands in the status of its Plugin, and what is asked for in vain need not be there.
    fn check_sizes(&self) -> Result<(), ManifestError> {
        let too_many = |field, most| ManifestError::TooMany { field, most };
        let too_long = |field, most_bytes| ManifestError::TooLong { field, most_bytes };
        if self.version.len() > VERSION_BYTES {
            return Err(too_long("version", VERSION_BYTES));
        }
        if self.hosts.len() > MOST_HOSTS {
            return Err(too_many("hosts", MOST_HOSTS));
        }
        if self.credentials.len() > MOST_CREDENTIALS {
            return Err(too_many("credentials", MOST_CREDENTIALS));
        }
        let long = |host: &Host| match host {
            Host::Fixed(text) | Host::FromConfig(text) => text.len() > HOST_BYTES,
        };
        if self.hosts.iter().any(long) {
            return Err(too_long("hosts", HOST_BYTES));
        }
        Ok(())
    }
}

fn check_label(field: &str, name: &str) -> Result<(), ManifestError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=63).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
    {
        Ok(())
    } else {
        Err(ManifestError::Name {
            field: field.to_owned(),
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(field: &str, value: serde_json::Value) -> Result<(), ManifestError> {
        let mut manifest = json!({
            "name": "plugin", "version": "1.0.0", "summary": "Tests", "configSchema": {"type": "object"},
            "hosts": [{"fromConfig": "/url"}],
        });
        manifest[field] = value;
        let manifest: Manifest = serde_json::from_value(manifest).unwrap();
        manifest.check()
    }

    #[test]
    fn a_plugin_asks_for_no_more_than_a_provider_could_grant_and_an_administrator_read() {
        let hosts = |count: usize| vec![json!({"fixed": "https://a.example"}); count].into();
        let credentials = |count: usize| {
            let bearer = json!({"type": "bearer"});
            let credential =
                |at| json!({"name": format!("c{at}"), "description": "", "placement": bearer});
            (0..count).map(credential).collect::<Vec<_>>().into()
        };
        let long = format!("https://{}.example", "a".repeat(300));
        for (field, good, bad) in [
            ("hosts", hosts(32), hosts(33)),
            ("credentials", credentials(16), credentials(17)),
            (
                "hosts",
                json!([{"fromConfig": "/a"}]),
                json!([{"fromConfig": format!("/{long}")}]),
            ),
            ("hosts", hosts(1), json!([{"fixed": long}])),
            (
                "version",
                json!("1.0.0-rc"),
                json!(format!("1.0.0-{}", "a".repeat(130))),
            ),
        ] {
            assert_eq!(check(field, good), Ok(()), "{field}");
            let error = check(field, bad).unwrap_err();
            assert!(
                matches!(
                    error,
                    ManifestError::TooMany { .. } | ManifestError::TooLong { .. }
                ),
                "{error}"
            );
            assert!(error.to_string().starts_with(field), "{error}");
        }
        assert!(matches!(
            check("hosts", json!([{"fromConfig": "/a\nb"}])),
            Err(ManifestError::Pointer(_))
        ));
    }
}
