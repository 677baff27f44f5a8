//! Outgoing requests of plugins: who may be called (`judge`, `address`), what the host puts in and takes out
//! (`credentials`, `sign`, `conceal`), and the connection itself (`send`; `dns` for DNS messages). `judge` and `address` are pure.
//! Wasmtime's own sender is not compiled in.

mod address;
mod body;
mod conceal;
mod credentials;
mod denials;
mod dns;
mod judge;
mod receive;
mod send;
mod session;
mod sign;
mod tape;
mod taped;

use std::{ops::Deref, sync::Arc};

use ipnet::IpNet;
use rustls::ClientConfig;

pub(crate) use address::is_loopback_name_or_address;
pub(crate) use credentials::{CredentialRefusal, Held, webhook_key};
pub(crate) use dns::{DnsError, TsigKey};
pub(crate) use session::Session;
pub(crate) use sign::Signer;
pub use tape::{Answer, Body, Exchange, Question, Tape};

use crate::{
    budget::Budget, manifest::SecretPlace, memory::Memory, metrics::Meter, names::Origin,
    scrub::Needles,
};

/// What the requests of one call are held against, and who counts them.
pub(crate) struct Policy {
    pub(crate) rules: Arc<Rules>,
    pub(crate) meter: Arc<Meter>,
}

impl Deref for Policy {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

/// What all requests of one provider are held against.
pub(crate) struct Rules {
    pub(crate) plugin: String,
    pub(crate) provider: String,
    pub(crate) egress: Vec<Origin>,
    pub(crate) cidrs: Vec<IpNet>,
    pub(crate) credentials: Vec<Held>,
    /// Where bodies may have secrets that the host keeps.
    pub(crate) secret_places: Vec<SecretPlace>,
    /// What earlier calls kept.
    pub(crate) memory: Arc<Memory>,
    pub(crate) needles: Arc<Needles>,
    pub(crate) tls: Arc<ClientConfig>,
    /// What the provider's server leaves us of its limits.
    pub(crate) budget: Arc<Budget>,
    /// Between plugins and servers, where somebody tries a plugin.
    pub(crate) tape: Option<Tape>,
}
