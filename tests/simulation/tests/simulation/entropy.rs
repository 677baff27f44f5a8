//! The answer to the standard library's question for randomness: hash maps get keys that depend on the seed alone.
//!
//! The standard library looks for `getrandom` as a weak symbol, so that a program can give its own.

use std::cell::Cell;

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// What this thread gets from now on.
pub(crate) fn set(seed: u64) {
    STATE.set(seed);
}

/// Fills the buffer with what depends on this thread's seed alone.
#[unsafe(no_mangle)]
#[allow(unsafe_code, reason = "the C library's function has this form")]
unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    for at in 0..length {
        let state = STATE
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        STATE.set(state);
        let [.., byte] = (state >> 33).to_be_bytes();
        // SAFETY: the caller gives a buffer of this length.
        unsafe { buffer.add(at).write(byte) };
    }
    isize::try_from(length).unwrap_or(isize::MAX)
}
