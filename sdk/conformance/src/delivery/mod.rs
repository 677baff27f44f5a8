//! The rules of `wit/draft/delivery/delivery.wit`, each a function whose name says it. Both functions of the interface are pure, so there
//! is no server: what the engine writes into its objects comes with the subject, and `engine` writes it as told.
//!
//! Where a plugin says of a field that its engine cannot install with it (`invalid` with the field, or `unsupported`), it
//! keeps the rules about that field.

mod bench;
mod contents;
mod engine;
pub(crate) mod known;
mod missing;
mod objects;
mod states;
mod steady;

pub(crate) use bench::{Bench, Run};
pub use known::{EngineObject, EngineTarget, Source, Written};

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    objects::every_manifest_is_an_object_with_a_valid_name,
    objects::the_same_application_gives_the_same_manifests_in_the_same_order,
    objects::every_manifest_lies_in_the_applications_namespace_or_a_configured_one,
    objects::an_application_that_is_being_deleted_has_the_same_objects,
    objects::no_two_manifests_are_the_same_object,
    objects::two_applications_share_no_object,
    contents::all_that_the_application_asks_for_is_in_its_manifests,
    contents::every_kind_of_chart_is_rendered_or_refused_with_its_field,
    contents::values_come_through_as_they_are,
    contents::values_in_secrets_are_rendered_or_refused_with_their_field,
    contents::no_credential_is_in_the_manifests,
    contents::rendering_asks_nobody,
    missing::what_is_missing_is_progressing_and_says_so,
    missing::what_is_missing_in_part_is_progressing,
    missing::what_another_application_has_is_not_its_own,
    missing::what_the_engine_has_not_looked_at_is_progressing,
    missing::what_changed_since_the_engine_looked_is_progressing,
    states::what_the_engine_finds_healthy_is_healthy,
    states::what_the_engine_still_works_on_is_progressing,
    states::what_the_engine_cannot_bring_about_is_degraded,
    states::what_was_stopped_on_purpose_is_suspended,
    states::what_the_engine_cannot_tell_is_unknown,
    states::one_object_that_is_not_well_keeps_the_application_from_being_healthy,
    states::the_revision_that_runs_is_told,
    steady::the_same_objects_give_the_same_assessment,
    steady::the_order_of_objects_changes_nothing,
    steady::every_assessment_has_a_reason_in_camel_case_and_a_message,
    steady::assessing_asks_nobody,
];
