use std::time::Duration;

use wasmtime::Trap;

use super::{State, bindings::GuestError, log::printable};
use crate::{
    call::{CallError, PluginError},
    grants::Limits,
};

/// Bytes that one host call may pass from the plugin to the host.
pub(super) const HOSTCALL_BYTES: usize = 16 << 20;

/// What an abnormal end means for the user.
pub(super) fn explain(error: &wasmtime::Error, state: &State, limits: &Limits) -> CallError {
    if state.limiter.exceeded() {
        return CallError::MemoryExceeded(limits.memory_bytes);
    }
    if matches!(error.downcast_ref::<Trap>(), Some(Trap::Interrupt)) {
        return CallError::CpuTimeExceeded(limits.cpu_time);
    }
    let cause = error.root_cause().to_string();
    // Wasmtime keeps the type of this error to itself.
    if cause.contains("fuel allocated for hostcalls has been exhausted") {
        return CallError::DataExceeded(HOSTCALL_BYTES >> 20);
    }
    let text = match state.stderr.text() {
        Some(stderr) => format!("{cause}: {stderr}"),
        None => cause,
    };
    CallError::Trapped(clean(text, state))
}

/// What the plugin answers, in words that may be shown.
pub(super) fn plugin_error(error: GuestError, state: &State) -> PluginError {
    let clean = |text| clean(text, state);
    match error {
        GuestError::Invalid(field) => PluginError::Invalid {
            path: clean(field.path),
            message: clean(field.message),
        },
        GuestError::Unauthorized(text) => PluginError::Unauthorized(clean(text)),
        GuestError::Forbidden(text) => PluginError::Forbidden(clean(text)),
        GuestError::NotFound(text) => PluginError::NotFound(clean(text)),
        GuestError::Conflict(owner) => PluginError::Conflict(owner.map(clean)),
        GuestError::Quota(text) => PluginError::Quota(clean(text)),
        GuestError::RateLimited(ms) => PluginError::RateLimited(Duration::from_millis(ms)),
        GuestError::Transient(fault) => PluginError::Transient {
            retry_after: fault.retry_after_ms.map(Duration::from_millis),
            message: clean(fault.message),
        },
        GuestError::Unsupported(text) => PluginError::Unsupported(clean(text)),
        GuestError::Other(text) => PluginError::Other(clean(text)),
    }
}

/// Text of a plugin as it may go into logs and conditions.
fn clean(text: String, state: &State) -> String {
    printable(&state.session.scrub_text(text))
}
