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
}

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
            Host::FromConfig(pointer) if pointer.starts_with('/') => Ok(()),
            Host::FromConfig(pointer) => Err(ManifestError::Pointer(pointer.clone())),
        })
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
