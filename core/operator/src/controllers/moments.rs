//! When an object is reconciled again.

use std::time::Duration;

/// How soon absence is looked for after a deletion.
pub(super) const SOON: Duration = Duration::from_millis(10);
/// How soon an object that cannot be kept is reconciled without any event.
pub(super) const LATER: Duration = Duration::from_mins(1);
