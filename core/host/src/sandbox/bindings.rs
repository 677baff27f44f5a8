//! What Wasmtime generates from `wit/`. Its types stay inside this crate.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "every-plugin",
    imports: {
        "maquette:plugin/dns-transport.exchange": async,
        "maquette:plugin/dns-transport.transfer": async,
    },
    exports: { default: async },
});

pub(crate) use exports::maquette::plugin::{dns as guest_dns, manifest as guest_manifest};
pub(crate) use maquette::plugin::{
    credentials, dns_transport, log,
    types::{self, Context, Error as GuestError},
};
