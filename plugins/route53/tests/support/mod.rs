//! A real server of moto, and the plugin behind a proxy that counts, delays and lies.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod moto;
mod plugin;

pub(crate) use maquette_plugin_testing::changes::{
    a, aaaa, cname, create, delete, records, replace, txt,
};
pub(crate) use maquette_plugin_testing::http;
pub(crate) use maquette_plugin_testing::proxy::{Action, Proxy, reply};
pub(crate) use moto::{Key, Moto, ZONE, by_hand};
pub(crate) use plugin::{Plugin, at, of};
