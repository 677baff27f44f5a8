//! Support for the tests of plugins.
//!
//! | module | holds |
//! |---|---|
//! | [`http`] | HTTP/1.1 with one request for each connection |
//! | [`proxy`] | a server between the plugin and the provider's that counts, delays, loses and answers as told |
//! | `changes` | record sets and changes of them |
//! | `plugin` | a DNS plugin as the host calls it |
//! | `server` | a DNS server that a test changes past the plugin |
//! | `ownership`, `representation`, `faults` | rules that every DNS plugin keeps at its server, as functions |
//!
//! A plugin runs the rules from its own tests, each as a test of its own:
//!
//! ```text
//! maquette_plugin_testing::ownership!(support::Bind);
//! maquette_plugin_testing::representation!(support::Bind);
//! maquette_plugin_testing::faults!(support::Bind);
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test that panics has failed"
)]

#[cfg(feature = "dns")]
pub mod changes;
#[cfg(feature = "dns")]
pub mod faults;
pub mod http;
#[cfg(feature = "dns")]
pub mod ownership;
#[cfg(feature = "dns")]
pub mod plugin;
pub mod proxy;
#[cfg(feature = "dns")]
pub mod representation;
#[cfg(feature = "dns")]
pub mod server;

/// Rules as tests, each at a server of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! rules {
    ($server:ty: $($module:ident::$rule:ident),+ $(,)?) => {
        $(#[test]
        fn $rule() {
            $crate::$module::$rule::<$server>();
        })+
    };
}
