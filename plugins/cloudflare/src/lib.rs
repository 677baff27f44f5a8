//! Keeps record sets and tunnels at Cloudflare (<https://developers.cloudflare.com/api/>).
//!
//! | file | does |
//! |---|---|
//! | `config` | what users write in the Provider |
//! | `api` | requests, and what Cloudflare's limits leave of them |
//! | `envelope` | the JSON that is around every answer |
//! | `failure` | what its errors mean; pure |
//! | `dns` | zones and record sets |
//! | `tunnel` | tunnels that are configured at Cloudflare |
//!
//! How things are owned and kept from being overwritten is said in `dns` and `tunnel`.

mod api;
mod config;
mod dns;
mod envelope;
mod failure;
mod tunnel;

pub use config::Config;

use maquette_sdk::{Credential, Host, Plugin, SecretPlace};

/// The plugin.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cloudflare;

impl Plugin for Cloudflare {
    type Config = Config;
    const NAME: &'static str = "cloudflare";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Keeps record sets and tunnels at Cloudflare";

    fn credentials() -> Vec<Credential> {
        vec![Credential::bearer(
            config::TOKEN,
            "An API token with the permissions Zone Read and DNS Edit, and Cloudflare Tunnel Edit for tunnels",
        )]
    }

    fn hosts() -> Vec<Host> {
        vec![Host::from_config("/endpoint")]
    }

    fn secret_places() -> Vec<SecretPlace> {
        tunnel::SECRET_PATHS
            .map(|path| SecretPlace::new(path, "/tunnel_secret"))
            .into()
    }
}

maquette_sdk::plugin!(Cloudflare: Dns, Tunnel);
