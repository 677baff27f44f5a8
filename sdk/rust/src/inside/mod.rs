//! The runtime inside of the host: the contract's imports and `wasi:http`. Exists only as a component;
//! elsewhere there is nothing to reach, and a plugin's tests bring a runtime of their own.

#[cfg(target_arch = "wasm32")]
mod send;
#[cfg(target_arch = "wasm32")]
mod wasi;

use crate::runtime::Runtime;

#[cfg(target_arch = "wasm32")]
pub(crate) fn runtime() -> Box<dyn Runtime> {
    Box::new(wasi::Inside::new())
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn runtime() -> Box<dyn Runtime> {
    // Only the exports of a component come here, and they exist only for wasm32.
    unreachable!("the exported functions of a plugin run only as a component")
}
