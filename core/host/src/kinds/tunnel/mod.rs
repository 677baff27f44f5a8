//! The interface `maquette:tunnel/tunnel`: a way in from outside through a connector that dials out.

mod answer;
mod client;
mod secret;
mod types;

pub use client::Tunnel;
pub use secret::{Content, SecretError, TunnelSecret};
pub use types::{
    Connector, Established, File, Observed, Page, Probe, Route, Source, Spec, Target, Variable,
};

use super::Kind;

pub(crate) const KIND: Kind = Kind {
    interface: "maquette:tunnel/tunnel@0.1.0",
    functions: &[
        "ensure",
        "observe",
        "set-routes",
        "rotate",
        "delete",
        "list-owned",
    ],
};
