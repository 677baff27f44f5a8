//! What every provider plugin has to keep, as named tests that run it through the real host.
//!
//! ```no_run
//! use maquette_conformance::{Subject, test};
//!
//! let subject = Subject::of_file("target/maquette/mydns.wasm")?
//!     .with_config(serde_json::json!({ "url": "http://127.0.0.1:8080" }))
//!     .with_credential("token", "secret")
//!     .with_zone("preview.test")
//!     .unsupported("what_appeared_meanwhile_is_not_overwritten", "the API has no preconditions");
//! test(subject)?.assert_conformant();
//! # Ok::<(), maquette_conformance::SetupError>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `subject` | a plugin and the provider to test it with |
//! | `suite` | the parts of every rule: its outcome, the plugin in a host, the provider |
//! | `run` | runs rules one after the other |
//! | `report` | what came of each rule, as a table and as JSON |
//! | `builder`, `bundler`, `delivery`, `dns`, `registry`, `source`, `tunnel` | the rules of each interface |
//! | `faults` | an HTTP server in front of the provider's that answers, loses, hangs and counts |
//! | `memory` | providers in memory, for plugins' templates and examples |
//! | `offer` | a file as an artifact, because the host takes plugins from registries only |
//!
//! No rule knows a vendor. What a rule needs of one (a way to write past the plugin, the answer when requests are too
//! many) comes with the subject; a rule that cannot be shown without it fails and says so, unless the plugin's author
//! declares it unsupported with a reason.

pub mod builder;
mod bundler;
mod component;
pub mod delivery;
mod dns;
mod faults;
pub mod memory;
mod offer;
pub mod registry;
mod report;
mod run;
mod setup;
pub mod source;
mod subject;
mod suite;
mod texts;
pub mod tunnel;

pub use dns::OtherWriter;
pub use faults::Answer;
pub use maquette_host::dns::{RecordSet, RecordType};
pub use offer::Offer;
pub use report::{Report, Row, Verdict};
pub use run::{rules, test};
pub use setup::SetupError;
pub use subject::{DnsTarget, Subject};
pub use suite::Kit;
