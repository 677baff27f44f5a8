//! A real server of moto, a proxy in front of it that counts, delays and lies, and the plugin behind both.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

#[path = "../../../powerdns/tests/support/http.rs"]
mod http;
mod moto;
mod plugin;
#[path = "../../../powerdns/tests/support/proxy.rs"]
mod proxy;

pub(crate) use moto::Moto as Server;
pub(crate) use moto::{Key, Moto, ZONE, by_hand};
pub(crate) use plugin::{Plugin, a, cname, create, delete, records, replace, txt};
pub(crate) use proxy::{Action, Proxy};
