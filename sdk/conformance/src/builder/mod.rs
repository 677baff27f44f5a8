//! The rules of `wit/draft/builder/builder.wit`, each a function whose name says it. Both functions of the interface are pure, so there
//! is no server: what the kit cannot know of a builder (how its program ends) comes with the subject.
//!
//! Where a builder says of a field that it cannot build with it (`invalid` with the field, or `unsupported`), it keeps
//! the rules about that field.

mod bench;
mod credentials;
mod endings;
mod failures;
pub(crate) mod known;
mod plan;
mod same;

pub(crate) use bench::{Bench, Run};
pub use known::{BuilderTarget, KnownSuccess};
pub use maquette_host::kinds::builder::Ending;

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    plan::a_plan_is_a_pod_template,
    plan::a_plan_says_all_that_the_build_asks_for,
    plan::a_cache_that_is_only_read_is_not_written,
    plan::files_fit_into_a_config_map,
    plan::a_build_without_a_destination_is_refused_with_its_field,
    plan::planning_asks_nobody,
    same::the_same_build_gives_the_same_plan,
    same::who_asks_does_not_change_the_plan,
    same::another_configuration_changes_the_identity,
    same::where_the_image_is_pushed_does_not_change_the_identity,
    credentials::no_credential_is_in_the_plan,
    credentials::the_login_for_registries_is_mounted,
    credentials::build_secrets_are_mounted_and_named,
    credentials::the_login_for_the_clone_is_mounted,
    credentials::what_a_build_does_not_need_is_not_mounted,
    endings::the_same_ending_gives_the_same_verdict,
    endings::a_success_names_the_image_at_every_destination,
    endings::a_success_without_a_digest_is_no_image,
    endings::what_ended_with_an_error_is_a_failure,
    endings::interpreting_asks_nobody,
    failures::a_build_that_ran_out_of_memory_is_step_out_of_memory,
    failures::a_build_that_took_too_long_is_build_run_timeout,
    failures::an_evicted_build_is_pod_evicted_and_passes,
    failures::a_build_that_never_ran_is_not_the_authors_fault,
    failures::a_failure_names_the_container_that_failed,
    failures::a_failure_has_a_reason_in_camel_case_and_a_message,
    failures::a_revision_that_is_not_there_is_the_authors_fault,
    failures::a_dockerfile_that_is_not_there_is_the_authors_fault,
];
