//! Every plugin of this repository keeps every rule, at its real server. One file for each plugin.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod cloudflare;
mod cloudflare_tunnel;
mod docker_hub;
mod frp;
mod google_cloud_dns;
mod oci;
mod powerdns;
mod registries;
mod rfc2136;
mod route53;
mod support;

use maquette_plugin_testing::http;
