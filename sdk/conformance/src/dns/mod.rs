//! The rules of `wit/dns/dns.wit`, each a function whose name says it.

mod batches;
mod bench;
mod changes;
mod listings;
mod marks;
mod meanwhile;
mod names;
mod ownership;
mod representation;
mod trouble;
pub(crate) mod writer;

pub(crate) use bench::{Bench, Run};
pub use writer::OtherWriter;

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    names::zones_have_canonical_names,
    names::listed_names_are_canonical,
    names::names_without_records_are_left_out,
    changes::what_is_created_is_there_with_its_owner_and_etag,
    changes::creating_the_same_twice_writes_once,
    changes::creating_over_ones_own_is_a_conflict,
    changes::replacing_with_the_current_etag_changes_the_records,
    changes::replacing_with_a_stale_etag_is_a_conflict,
    changes::replacing_what_is_absent_is_a_conflict,
    changes::every_change_changes_the_etag,
    changes::deleting_what_is_absent_succeeds,
    changes::a_deletion_leaves_nothing_behind,
    changes::the_types_of_a_name_are_apart,
    ownership::creating_what_another_owns_is_a_conflict_that_names_the_owner,
    ownership::replacing_what_another_owns_is_a_conflict_that_names_the_owner,
    ownership::deleting_what_another_owns_is_a_conflict_that_names_the_owner,
    ownership::what_nobody_owns_is_observed_without_an_owner,
    ownership::creating_what_exists_without_an_owner_is_a_conflict,
    ownership::replacing_what_nobody_owns_is_a_conflict,
    ownership::deleting_what_nobody_owns_is_a_conflict,
    marks::a_mark_without_its_records_is_observed_with_its_owner,
    marks::a_mark_without_its_records_is_repaired_by_its_owner,
    marks::a_mark_without_its_records_keeps_others_away,
    marks::records_are_never_there_before_their_mark,
    meanwhile::what_appeared_meanwhile_is_not_overwritten,
    meanwhile::what_changed_meanwhile_is_not_overwritten,
    meanwhile::a_change_whose_answer_is_lost_can_be_repeated,
    meanwhile::what_was_not_written_is_not_claimed,
    batches::in_a_half_failed_batch_each_change_has_its_outcome,
    batches::a_large_batch_is_made_whole,
    representation::normalizing_twice_changes_nothing,
    representation::normalizing_keeps_the_order,
    representation::addresses_never_look_changed,
    representation::aliases_never_look_changed,
    representation::texts_never_look_changed,
    representation::wildcards_never_look_changed,
    representation::times_to_live_never_look_changed,
    listings::many_names_are_observed_at_once,
    listings::listings_are_read_to_their_end,
    listings::listings_hold_only_what_the_prefix_owns,
    trouble::an_unknown_zone_is_not_found,
    trouble::a_wrong_credential_is_unauthorized,
    trouble::a_server_that_is_down_is_a_passing_fault,
    trouble::a_server_that_fails_is_a_passing_fault,
    trouble::a_server_that_hangs_is_reported_in_time,
    trouble::too_many_requests_are_reported_with_the_time_to_wait,
];
