//! Things outside the cluster that an object has created: the rules that are the same for each kind of them.
//!
//! * **Ledger.** An entry is written before the call that creates the thing, and removed after its absence was seen.
//! * **Ownership record.** A thing whose owner is another is never changed, and is not ours.
//! * **Absence.** It counts only where it was seen after the last call whose outcome is unknown can have had its effect.
//! * **Freshness.** What was seen to be right is not observed again before its interval is over; objects of one provider
//!   are spread over the interval.
//! * **Trouble.** An object that was right stays Ready while its provider cannot be used; the condition `Verified` says so
//!   after a time of grace. One that is not right yet is Progressing for that time.
//! * **Abandoning.** A thing may be left behind only where the provider is missing or unusable.
//!
//! | file | contains |
//! |---|---|
//! | `standing` | whose a thing is, and whether it exists |
//! | `memory` | what this process knows of each object's calls and observations |
//! | `report` | conditions while the provider cannot be used |

mod memory;
mod report;
mod standing;

pub(super) use memory::{Memory, Recalled, until_retry, until_turn};
pub(super) use report::{Before, said, waits};
pub(super) use standing::{
    ABANDON_ANNOTATION, Seen, Standing, conflict_owner, is_abandoned, standing,
};
