//! One call of a plugin: a store of its own with limits, the imports a plugin has, and the reading of its end.
//! Only this folder and `code` know Wasmtime; the network lives in `egress`.

mod bindings;
mod clock;
mod imports;
mod limiter;
mod linker;
mod log;
mod outcome;
mod run;
mod slots;
mod state;

pub(crate) use bindings::{Context, GuestError, guest_manifest};
pub(crate) use clock::Ticker;
pub(crate) use linker::linker;
pub(crate) use run::{Lane, run};
pub(crate) use slots::{Pool, Slots};
pub(crate) use state::State;
