//! Keeps record sets in Cloudflare's DNS (<https://developers.cloudflare.com/api/>).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `api` | requests, and what Cloudflare's limits leave of them |
//! | `envelope` | the JSON that is around every answer |
//! | `failure` | what its errors mean; pure |
//! | `dns` | zones and record sets |
//!
//! How record sets are owned and kept from being overwritten is said in `dns`.

mod api;
mod config;
mod dns;
mod envelope;
mod failure;

pub use config::Config;

use maquette_sdk::{Credential, Host, Plugin};

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cloudflare;

impl Plugin for Cloudflare {
    type Config = Config;
    const NAME: &'static str = "cloudflare";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Keeps record sets in Cloudflare's DNS";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer(
            config::TOKEN,
            "An API token with the permissions Zone Read and DNS Write",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/endpoint")]
    }
}

maquette_sdk::plugin!(Cloudflare: Dns);
