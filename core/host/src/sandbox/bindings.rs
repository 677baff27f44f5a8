//! What Wasmtime generates from the released contract, `wit/since-v0.1.0/plugin`. Its types stay inside this crate.

wasmtime::component::bindgen!({
    path: "../../wit/since-v0.1.0/plugin",
    inline: "package maquette:host; world host {
        import maquette:plugin/types@0.1.0;
        include maquette:plugin/plugin@0.1.0;
    }",
    world: "maquette:host/host",
    imports: {
        "maquette:plugin/dns-transport.exchange": async,
        "maquette:plugin/dns-transport.transfer": async,
    },
    exports: { default: async },
});

pub(crate) use exports::maquette::plugin::manifest as guest_manifest;
pub(crate) use maquette::plugin::{
    credentials, dns_transport, log, memory,
    types::{self, Context, Error as GuestError},
};
