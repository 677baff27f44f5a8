//! A real BIND 9, and the plugin behind a proxy that counts, delays and loses.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod bind;
mod knot;
mod plugin;

pub(crate) use bind::{Bind, KEY, READER, STRANGER, ZONE};
pub(crate) use knot::Knot;
pub(crate) use maquette_plugin_testing::changes::{
    a, aaaa, cname, create, delete, records, replace, txt,
};
pub(crate) use maquette_plugin_testing::proxy::{Action, Proxy, framed};
pub(crate) use plugin::{Plugin, at};
