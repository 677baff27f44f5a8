//! A real `PowerDNS` server, a proxy in front of it that counts, delays and lies, and the plugin behind both.
//! Standard library and `serde_json` only, so that other crates' tests can include these files.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of it"
)]

mod http;
mod pdns;
mod plugin;
mod proxy;

pub(crate) use pdns::Pdns;
pub(crate) use plugin::{Plugin, a, aaaa, cname, create, delete, records, replace, txt};
pub(crate) use proxy::{Action, Proxy};
