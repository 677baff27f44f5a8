//! What the author of a Maquette plugin adds to `Cargo.toml`.
//!
//! A plugin is one type: it implements [`Plugin`] to say what it is, and one trait for each kind of provider, for
//! example [`Dns`]. The macro [`plugin!`] makes the component's exports, the manifest with the JSON Schema of the
//! configuration, and the way from Rust's results to the contract's. A plugin crate needs no WIT file and no
//! generator of its own; it is a `cdylib`, built with `maquette plugin build`.
//!
//! ```
//! use maquette_sdk::dns::{Change, Observed, Page, RecordSet, Zone, canonical};
//! use maquette_sdk::{Context, Credential, Dns, Host, Plugin, Result};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! /// What users write under `Provider.spec.config`.
//! #[derive(Deserialize, JsonSchema)]
//! struct Config {
//!     /// Base URL of the API, for example `https://dns.example.com`.
//!     url: String,
//! }
//!
//! #[derive(Default)]
//! struct Example;
//!
//! impl Plugin for Example {
//!     type Config = Config;
//!     const NAME: &'static str = "example";
//!     const VERSION: &'static str = env!("CARGO_PKG_VERSION");
//!     const SUMMARY: &'static str = "Record sets at Example DNS";
//!
//!     fn credentials() -> Vec<Credential> {
//!         vec![Credential::bearer("token", "API token with the scope `dns:write`")]
//!     }
//!
//!     fn hosts() -> Vec<Host> {
//!         vec![Host::from_config("/url")]
//!     }
//! }
//!
//! impl Dns for Example {
//!     fn zones(&self, ctx: &Context<Config>) -> Result<Vec<Zone>> {
//!         let http = ctx.http().with_header("Authorization", &ctx.credential("token")?)?;
//!         let names: Vec<String> = http.get(&format!("{}/zones", ctx.config.url)).send()?.success()?.json()?;
//!         Ok(names.into_iter().map(|name| Zone { id: name.clone(), name }).collect())
//!     }
//!
//!     fn normalize(&self, _: &Context<Config>, records: Vec<RecordSet>) -> Result<Vec<RecordSet>> {
//!         records.iter().enumerate().map(|(n, set)| canonical(set, &format!("records[{n}]"))).collect()
//!     }
//! #   fn observe(&self, _: &Context<Config>, _: &str, _: &[String]) -> Result<Vec<Observed>> { Ok(vec![]) }
//! #   fn apply(&self, _: &Context<Config>, _: &str, _: Vec<Change>) -> Result<Vec<Result<String>>> { Ok(vec![]) }
//! #   fn list_owned(&self, _: &Context<Config>, _: &str, _: &str, _: Option<&str>) -> Result<Page> {
//! #       Ok(Page { items: vec![], next: None })
//! #   }
//!     // observe, apply and list_owned in the same manner
//! }
//!
//! maquette_sdk::plugin!(Example: Dns);
//!
//! let manifest = maquette_sdk::describe::<Example>();
//! assert_eq!(manifest.name, "example");
//! assert!(manifest.config_schema.contains("Base URL of the API"));
//! ```
//!
//! A credential is a placeholder: [`Context::credential`] gives the value for the declared header and the host
//! replaces it on the way out, so a plugin has no secret to lose. Requests through [`Context::http`] end before the
//! call's deadline, are repeated where that is harmless, and become the contract's errors.
//!
//! [`mock`] is a host for unit tests: scripted answers, a record of requests, a clock that does not wait. With the feature `native`, [`native::Native`] is a runtime for ordinary programs: an author's tests call the trait
//! against a real server with `cargo test`.

pub mod builder;
pub mod bundler;
mod context;
pub mod delivery;
pub mod dns;
mod error;
pub mod http;
mod inside;
mod macros;
#[cfg(not(target_arch = "wasm32"))]
pub mod mock;
#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "native")]
mod native_dns;
pub mod owner;
mod plugin;
#[doc(hidden)]
pub mod raw;
pub mod registry;
mod runtime;
pub mod source;
pub mod tunnel;

pub use builder::Builder;
pub use bundler::Bundler;
pub use context::Context;
pub use delivery::Delivery;
pub use dns::Dns;
pub use error::{Error, FieldError, Result, TransientError};
pub use plugin::{
    Credential, Description, Host, ObjectKind, Parameters, Placement, Plugin, Provision,
    SecretPlace, Text, Token, describe, options,
};
pub use registry::Registry;
pub use runtime::{CredentialError, Level, Runtime};
pub use source::Source;
pub use tunnel::Tunnel;
