//! A real BIND 9, a proxy in front of it that counts, delays and loses, and the plugin behind both.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod bind;
mod knot;
mod plugin;
mod proxy;

pub(crate) use bind::{Bind, KEY, READER, STRANGER, ZONE};
pub(crate) use knot::Knot;
pub(crate) use plugin::{Plugin, a, aaaa, cname, create, delete, records, replace, txt};
pub(crate) use proxy::{Action, Proxy};
