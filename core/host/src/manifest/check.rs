#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use http::{HeaderName, header};

use super::{Credential, Host, Manifest, Placement, Provision, Text};
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
    /// A pointer is malformed.
    #[error("{field}: `{pointer}` is not a JSON pointer such as `/url`")]
    Pointer {
        /// Where.
        field: &'static str,
        /// The pointer.
        pointer: String,
    },
    /// A credential has a placement of a later host.
    #[error(
        "credentials: `{credential}` has the placement `{placement}`, which this host does not know; update the host"
    )]
    Placement {
        /// The credential.
        credential: String,
        /// The placement.
        placement: String,
    },
    /// A credential that the host cannot generate.
    #[error(
        "credentials: `{0}` has the provision `made`, which only keys for webhooks can have (`hmac-key` and `hmac-key-base64`)"
    )]
    Made(String),
    /// The options of an interface are unusable.
    #[error("options.{of}: {problem}")]
    Options {
        /// The interface.
        of: String,
        /// The problem.
        problem: String,
    },
    /// A path of a secret's place is malformed.
    #[error("secretPlaces: `{0}` is not a path such as `/accounts/*/tunnels`")]
    Path(String),
    /// A kind of object is malformed.
    #[error(
        "objects: `{0}` is not a group and version with a kind, such as `argoproj.io/v1alpha1 Application`"
    )]
    Object(String),
    /// The name of a function is malformed.
    #[error("lacks: `{0}` is not an interface with a function, such as `source.set-deployment`")]
    Lacks(String),
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
            check_placement(credential)?;
            credential.hosts.iter().try_for_each(check_host)?;
            if let Some(group) = &credential.group {
                check_label("credentials", group)?;
            }
        }
        self.hosts.iter().try_for_each(check_host)?;
        self.check_options()?;
        for place in &self.secret_places {
            if !place.path.starts_with('/') || place.path.contains(['?', '#']) {
                return Err(ManifestError::Path(place.path.clone()));
            }
            // The whole body is a place, too.
            if !place.pointer.is_empty() {
                check_pointer("secretPlaces", &place.pointer)?;
            }
        }
        for object in &self.objects {
            if object.api_version.is_empty() || object.kind.is_empty() {
                let text = format!("{} {}", object.api_version, object.kind);
                return Err(ManifestError::Object(text));
            }
        }
        let function = |name: &&String| {
            let parts = name.split_once('.');
            parts.is_none_or(|(of, function)| of.is_empty() || function.is_empty())
        };
        match self.lacks.iter().find(function) {
            Some(wrong) => Err(ManifestError::Lacks(wrong.clone())),
            None => Ok(()),
        }
    }

    fn check_options(&self) -> Result<(), ManifestError> {
        let mut seen = BTreeSet::new();
        for options in &self.options {
            let refuse = |problem: String| {
                Err(ManifestError::Options {
                    of: options.of.clone(),
                    problem,
                })
            };
            if !seen.insert(&options.of) {
                return refuse("the interface is there twice".to_owned());
            }
            if let Err(problem) = crate::grants::config_validator(&options.schema) {
                return refuse(problem);
            }
        }
        Ok(())
    }
}

fn check_placement(credential: &Credential) -> Result<(), ManifestError> {
    let name = || credential.name.clone();
    let is_key = matches!(
        credential.placement,
        Placement::HmacKey | Placement::HmacKeyBase64
    );
    if credential.provision == Provision::Made && !is_key {
        return Err(ManifestError::Made(name()));
    }
    match &credential.placement {
        Placement::Header { name: header }
            if !header
                .parse()
                .is_ok_and(|header: HeaderName| !FRAMING.contains(&header)) =>
        {
            Err(ManifestError::Header {
                credential: name(),
                header: header.clone(),
            })
        }
        Placement::SignedToken {
            audience: Some(Text::FromConfig(pointer)),
            ..
        } => check_pointer("credentials", pointer),
        Placement::Other { name: placement } => Err(ManifestError::Placement {
            credential: name(),
            placement: placement.clone(),
        }),
        _ => Ok(()),
    }
}

fn check_host(host: &Host) -> Result<(), ManifestError> {
    match host {
        Host::Fixed(origin) => origin
            .parse::<Origin>()
            .map(|_| ())
            .map_err(ManifestError::Host),
        Host::FromConfig(pointer) => check_pointer("hosts", pointer),
    }
}

fn check_pointer(field: &'static str, pointer: &str) -> Result<(), ManifestError> {
    if pointer.starts_with('/') && !pointer.contains(char::is_control) {
        Ok(())
    } else {
        Err(ManifestError::Pointer {
            field,
            pointer: pointer.to_owned(),
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
        for credential in &self.credentials {
            if credential.hosts.len() > MOST_HOSTS {
                return Err(too_many("credentials.hosts", MOST_HOSTS));
            }
            if credential.hosts.iter().any(long) {
                return Err(too_long("credentials.hosts", HOST_BYTES));
            }
        }
        for (field, count) in [
            ("options", self.options.len()),
            ("secretPlaces", self.secret_places.len()),
            ("objects", self.objects.len()),
        ] {
            if count > MOST_HOSTS {
                return Err(too_many(field, MOST_HOSTS));
            }
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
