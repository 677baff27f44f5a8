//! The stand-in for the service, a proxy in front of it that counts, delays and lies, and the plugin behind both.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

#[path = "../../../powerdns/tests/support/http.rs"]
mod http;
mod plugin;
#[path = "../../../powerdns/tests/support/proxy.rs"]
mod proxy;
mod stand_in;

pub(crate) use plugin::{Plugin, a, aaaa, cname, create, delete, records, replace, txt};
pub(crate) use proxy::{Action, Proxy};
pub(crate) use stand_in::StandIn as Server;
pub(crate) use stand_in::{Key, PROJECT, StandIn, ZONE, by_hand, full, reader, wrong};
