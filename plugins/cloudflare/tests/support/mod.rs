//! The stand-in for the service, and the plugin behind a proxy that counts, delays and lies.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod plugin;
mod stand_in;

pub(crate) use maquette_plugin_testing::changes::{
    a, aaaa, cname, create, delete, records, replace, txt,
};
pub(crate) use maquette_plugin_testing::http;
pub(crate) use maquette_plugin_testing::proxy::{Action, Proxy, reply};
pub(crate) use plugin::{Plugin, at, of, of_account};
pub(crate) use stand_in::{EXPIRED, FULL, READER, StandIn, ZONE, by_hand};
