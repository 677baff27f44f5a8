use wasmtime::{
    Engine, StoreContextMut,
    component::{HasSelf, Linker},
};
use wasmtime_wasi::{
    WasiView,
    cli::{WasiCli, WasiCliView},
    p2::bindings::cli,
    random::WasiRandom,
};

use super::{State, bindings};
use crate::kinds::BLOBS;

/// Everything that a plugin can reach, interface by interface, so that nothing comes in unnoticed:
/// the list in `inspect` is the same.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    wasmtime_wasi_http::p2::add_to_linker_async(l)?;
    wasmtime_wasi::p2::bindings::random::insecure::add_to_linker::<State, WasiRandom>(l, |s| {
        s.ctx().ctx.random()
    })?;
    wasmtime_wasi::p2::bindings::random::insecure_seed::add_to_linker::<State, WasiRandom>(
        l,
        |s| s.ctx().ctx.random(),
    )?;
    cli::exit::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    bindings::types::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    bindings::log::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    bindings::dns_transport::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    bindings::memory::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    bindings::credentials::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    let mut blobs = l.instance(BLOBS)?;
    blobs.func_wrap(
        "read",
        |store: StoreContextMut<'_, State>, (digest,): (String,)| Ok((store.data().blob(&digest),)),
    )?;
    Ok(linker)
}
