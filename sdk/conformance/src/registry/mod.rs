//! The rules of `wit/registry/registry.wit`, each a function whose name says it. What is in the registry
//! comes with the subject, and the plugin deletes no tag but the one that may be moved.

mod bench;
mod deletion;
mod images;
pub(crate) mod known;
mod referrers;
mod tags;
mod trouble;

pub(crate) use bench::{Bench, Run};
pub use known::{KnownImage, KnownReferrer, Pusher, RegistryTarget};

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    tags::tags_are_listed_to_their_end,
    tags::every_tag_is_named_once,
    tags::the_facts_of_a_listing_are_true,
    tags::an_unknown_repository_is_not_found,
    images::a_tag_is_resolved_to_what_it_names,
    images::the_digest_of_a_tag_is_that_of_its_image,
    images::the_digest_of_an_unknown_tag_is_not_found,
    images::a_tag_that_moved_is_resolved_to_what_it_names_now,
    images::a_digest_is_resolved_to_itself,
    images::an_index_keeps_its_own_digest,
    images::the_platforms_of_an_index_are_named,
    images::an_image_says_when_it_was_made_and_for_what,
    images::labels_are_those_of_the_configuration,
    images::annotations_come_before_labels,
    images::an_unknown_tag_is_not_found,
    images::an_unknown_digest_is_not_found,
    referrers::referrers_are_listed_to_their_end,
    referrers::referrers_are_filtered_by_their_type,
    referrers::what_nothing_refers_to_has_no_referrers,
    trouble::reading_a_registry_writes_nothing,
    trouble::a_wrong_login_is_unauthorized,
    trouble::a_registry_that_is_down_is_a_passing_fault,
    trouble::a_registry_that_fails_is_a_passing_fault,
    trouble::a_registry_that_hangs_is_reported_in_time,
    trouble::too_many_pulls_are_reported_with_the_time_to_wait,
    deletion::a_tag_that_stands_for_another_digest_is_not_deleted,
    deletion::a_deleted_tag_is_gone_and_no_other,
    deletion::deleting_an_absent_tag_succeeds,
];
