//! The rules of `wit/draft/source/source.wit`, each a function whose name says it. What is at the forge comes with the subject, and
//! whoever sees there what the plugin wrote.

mod access;
mod bench;
mod change;
mod comments;
mod deployments;
pub(crate) mod known;
mod listing;
mod marks;
mod references;
mod refs;
mod statuses;
mod trouble;
mod webhooks;

pub(crate) use bench::{Bench, Run};
pub use known::{
    ForgeHand, KnownChange, KnownComment, KnownDeployment, KnownStatus, KnownWebhook, SourceTarget,
};
pub use maquette_host::kinds::source::{Access, Happening, Header, Hint, Outcome, Trust, Webhook};

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    listing::changes_are_listed_to_their_end,
    listing::every_change_is_listed_once,
    listing::only_open_changes_are_listed,
    listing::listed_changes_are_as_the_forge_has_them,
    listing::a_listing_does_not_ask_for_every_change_alone,
    listing::an_unknown_repository_has_no_changes_but_an_error,
    change::a_change_is_as_the_forge_has_it,
    change::a_closed_change_is_found_and_said_to_be_closed,
    change::only_commits_of_writers_are_trusted,
    change::another_repository_of_a_change_is_named,
    change::text_of_a_change_is_given_as_it_is,
    change::an_unknown_change_is_not_found,
    change::an_identifier_of_a_change_is_no_path,
    references::a_branch_is_resolved_to_its_commit,
    references::the_name_of_a_branch_is_no_path,
    references::a_branch_that_moved_is_resolved_to_its_commit_now,
    references::a_tag_is_resolved_to_its_commit,
    references::an_abbreviated_object_name_is_resolved_to_the_whole,
    references::a_whole_object_name_is_resolved_to_itself,
    references::an_unknown_reference_is_not_found,
    refs::branches_are_listed_to_their_end,
    refs::tags_are_listed_with_their_commits,
    refs::the_permission_of_a_user_is_that_of_the_forge,
    refs::a_user_who_is_not_there_has_no_permission,
    access::a_clone_url_holds_no_login,
    access::a_token_for_a_clone_ends_later,
    access::no_answer_of_a_forge_has_a_credential,
    statuses::a_status_is_written_as_it_was_asked_for,
    statuses::the_same_status_again_writes_nothing,
    statuses::a_status_is_replaced_by_the_next_of_its_name,
    statuses::statuses_of_other_names_stay,
    statuses::a_description_of_140_characters_is_kept,
    statuses::waiting_done_and_failed_are_told_apart,
    statuses::a_status_of_an_unknown_commit_is_not_found,
    deployments::a_deployment_is_written_as_it_was_asked_for,
    deployments::the_same_deployment_again_writes_nothing,
    deployments::a_deployment_goes_on_in_its_environment,
    deployments::a_deleted_deployment_runs_nowhere,
    deployments::deleting_a_deployment_that_is_absent_succeeds,
    comments::a_comment_is_written_with_its_text,
    comments::the_same_comment_again_writes_nothing,
    comments::a_changed_comment_is_changed_in_its_place,
    comments::a_comment_is_found_behind_many_others,
    comments::a_comment_whose_answer_is_lost_is_not_written_twice,
    comments::a_comment_on_an_unknown_change_is_not_found,
    comments::a_deleted_comment_is_gone,
    comments::deleting_a_comment_that_is_absent_succeeds,
    marks::the_marker_of_a_comment_is_hidden,
    marks::a_marker_that_starts_like_another_is_another,
    marks::markers_of_100_characters_are_told_apart,
    marks::a_comment_that_quotes_a_marker_is_not_found_by_it,
    marks::somebody_elses_comment_with_our_marker_is_not_changed,
    marks::somebody_elses_comment_with_our_marker_is_not_deleted,
    webhooks::a_webhook_becomes_its_hint,
    webhooks::a_webhook_without_signature_is_unauthorized,
    webhooks::a_webhook_with_a_wrong_signature_is_unauthorized,
    webhooks::a_webhook_whose_body_was_changed_is_unauthorized,
    webhooks::a_wrong_signature_is_unauthorized_whatever_comes_with_it,
    webhooks::a_webhook_of_no_interest_is_nothing,
    webhooks::reading_a_webhook_calls_nobody,
    trouble::reading_a_forge_writes_nothing,
    trouble::a_wrong_credential_for_a_forge_is_unauthorized,
    trouble::what_a_forge_does_not_allow_is_forbidden,
    trouble::a_forge_that_is_down_is_a_passing_fault,
    trouble::a_forge_that_fails_is_a_passing_fault,
    trouble::a_forge_that_hangs_is_reported_in_time,
    trouble::a_forge_that_names_a_time_to_come_back_is_reported_with_it,
    trouble::too_many_forge_requests_are_reported_with_the_time_to_wait,
];
