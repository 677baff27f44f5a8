//! Panics of the operator, which its engine catches: no run may have any.

use std::{cell::RefCell, sync::Once};

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on panics of this thread are noted.
pub(crate) fn begin() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current()
                .name()
                .is_some_and(|name| name.starts_with("seed"))
            {
                LAST.with(|last| *last.borrow_mut() = Some(panic.to_string()));
            } else {
                before(panic);
            }
        }));
    });
    take();
}

/// The last panic of this thread.
pub(crate) fn take() -> Option<String> {
    LAST.with(|last| last.borrow_mut().take())
}
