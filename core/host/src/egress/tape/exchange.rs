//! A question to a server and its answer. Pure.

use std::collections::BTreeMap;
use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was asked.
    pub question: Question,
    /// What was answered.
    pub answer: Answer,
}

/// What was asked, without any credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Question {
    /// An HTTP request.
    Http {
        /// Its method.
        method: String,
        /// Its URL.
        url: String,
        /// Its headers. They are not compared: dates and signatures are never the same.
        headers: BTreeMap<String, String>,
        /// Its body.
        body: Body,
    },
    /// A DNS message, without its signature.
    Dns {
        /// The server.
        server: String,
        /// Name of the credential that signs.
        key: Option<String>,
        /// The message. Its first two octets, which number it, are not compared.
        message: Body,
    },
    /// A zone transfer.
    DnsTransfer {
        /// The server.
        server: String,
        /// Name of the credential that signs.
        key: Option<String>,
        /// The zone.
        zone: String,
    },
}

/// What was answered, without any credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Answer {
    /// An HTTP answer.
    Http {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: BTreeMap<String, String>,
        /// Its body.
        body: Body,
    },
    /// DNS messages.
    Dns {
        /// The messages.
        messages: Vec<Body>,
    },
}

/// Octets: as text where they are some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Text.
    Text(String),
    /// Anything else.
    Octets {
        /// The octets.
        base64: String,
    },
}

impl Question {
    /// Whether the answer to one of them answers the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Http {
                    method, url, body, ..
                },
                Self::Http {
                    method: other_method,
                    url: other_url,
                    body: other_body,
                    ..
                },
            ) => method == other_method && url == other_url && body == other_body,
            (
                Self::Dns {
                    server,
                    key,
                    message,
                },
                Self::Dns {
                    server: other_server,
                    key: other_key,
                    message: other_message,
                },
            ) => {
                server == other_server
                    && key == other_key
                    && message.octets().get(2..) == other_message.octets().get(2..)
            }
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http {
                method, url, body, ..
            } if body.octets().is_empty() => write!(f, "{method} {url}"),
            Self::Http {
                method, url, body, ..
            } => {
                write!(f, "{method} {url} with {} octets", body.octets().len())
            }
            Self::Dns {
                server, message, ..
            } => {
                write!(
                    f,
                    "DNS message of {} octets to {server}",
                    message.octets().len()
                )
            }
            Self::DnsTransfer { server, zone, .. } => write!(f, "transfer of {zone} from {server}"),
        }
    }
}

impl Body {
    /// The octets; none where the text of them is no base64.
    pub fn octets(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Octets { base64 } => STANDARD.decode(base64).unwrap_or_default(),
        }
    }

    /// The same octets, never as text: for what only looks like some.
    pub(in crate::egress) fn binary(octets: &[u8]) -> Self {
        Self::Octets {
            base64: STANDARD.encode(octets),
        }
    }
}

impl From<&[u8]> for Body {
    fn from(octets: &[u8]) -> Self {
        match std::str::from_utf8(octets) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::binary(octets),
        }
    }
}
