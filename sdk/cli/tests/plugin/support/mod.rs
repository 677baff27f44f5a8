//! The command, a registry, and the servers of the PowerDNS plugin's own tests.

#[path = "../../../../../plugins/rfc2136/tests/support/bind.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
pub(crate) mod bind;
mod command;
#[path = "../../../../../plugins/powerdns/tests/support/pdns.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod pdns;
mod registry;

pub(crate) use command::{Done, maquette, plugin, repository, shipped};
pub(crate) use maquette_plugin_testing::http::{self, request};
pub(crate) use maquette_plugin_testing::proxy::{Action, Proxy, reply};
pub(crate) use pdns::{KEY, Pdns};
pub(crate) use registry::{PASSWORD, Registry, USER};
