//! Runs provider plugins: WebAssembly components from a registry, each call in a sandbox of its own that reaches
//! only what an administrator granted and never holds a credential.
//!
//! [`Host::install`] pulls, verifies, reads and compiles a plugin; [`Host::provider`] binds it to what it is granted;
//! [`Provider::dns`] gives typed functions. The rest of the operator sees neither Wasmtime nor the registry protocol.

mod account;
mod budget;
mod call;
mod code;
mod describe;
mod disk;
mod egress;
mod grants;
mod host;
mod inspect;
mod install;
pub mod kinds;
pub mod manifest;
mod memory;
mod metrics;
mod names;
mod provider;
mod registry;
mod sandbox;
mod scrub;
mod settings;
mod store;
mod tls;
mod trust;

pub use account::{AccountUsage, Payer, on_behalf_of};
pub use call::{Call, CallError, NotExported, PluginError};
pub use code::compiler::{CompileCaps, Compiler, compile_plugin};
pub use describe::{DescribeError, describe};
pub use egress::{Answer, Body, Exchange, Question, Tape};
pub use grants::{GrantError, Grants, Limits};
pub use host::Host;
pub use inspect::{InspectError, Inspection, inspect};
pub use install::{InstallError, Installed, Verified, Wanted};
pub use kinds::{
    builder::Builder, bundler::Bundler, delivery::Delivery, dns, dns::Dns, registry::Registry,
    source::Source, tunnel::Tunnel,
};
pub use manifest::Manifest;
pub use metrics::ProviderUsage;
pub use names::{
    Digest, Login, Origin, OriginError, ReferenceError, Repository, Secret, Tag, Version,
};
pub use provider::Provider;
pub use registry::PullError;
pub use settings::{PullCaps, Settings, StartError};
pub use trust::{
    Attestation, AttestationLayer, Identity, IdentityError, KeyError, PublicKey, Signer, Subject,
    TrustError, TrustRoot, TrustRootError, Verification, attested,
};
