//! The rules of `wit/tunnel/tunnel.wit`, each a function whose name says it.
//!
//! A provider that keeps nothing of its tunnels (its version is empty) has nothing that most rules are about, and keeps
//! them by that; what it has to keep is one rule of its own.

mod bench;
mod end;
pub(crate) mod known;
mod listings;
mod making;
mod routes;
mod secrets;
mod trouble;

pub(crate) use bench::{Bench, Run};
pub use known::{TunnelHand, TunnelTarget};

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    making::making_a_tunnel_again_finds_it,
    making::making_a_tunnel_again_writes_nothing,
    making::making_a_tunnel_again_keeps_its_routes,
    making::a_tunnel_of_another_owner_is_a_conflict_that_names_him,
    making::a_tunnel_without_a_mark_is_not_taken,
    making::a_making_that_breaks_off_leaves_no_tunnel_without_its_mark,
    making::a_making_whose_answer_is_lost_makes_no_second_tunnel,
    making::what_has_no_version_is_answered_from_its_identifier,
    routes::routes_come_back_as_they_were_asked_for,
    routes::routes_are_replaced_as_a_whole,
    routes::a_tunnel_may_have_no_routes,
    routes::equal_routes_in_another_order_write_nothing,
    routes::a_version_changes_with_the_routes_and_only_with_them,
    routes::a_stale_version_is_a_conflict_and_changes_nothing,
    secrets::the_connector_is_given_the_secret,
    secrets::another_secret_keeps_the_tunnel_and_its_routes,
    secrets::the_same_secret_again_changes_nothing,
    listings::tunnels_are_listed_to_their_end,
    listings::tunnels_are_found_by_the_beginning_of_their_owner,
    end::a_deleted_tunnel_is_gone,
    end::deleting_a_tunnel_that_is_absent_succeeds,
    end::deleting_a_tunnel_of_another_owner_is_a_conflict_that_names_him,
    end::a_connected_tunnel_is_disconnected_and_deleted,
    trouble::looking_at_a_tunnel_writes_nothing,
    trouble::a_wrong_credential_for_tunnels_is_unauthorized,
    trouble::a_tunnel_server_that_is_down_is_a_passing_fault,
    trouble::a_tunnel_server_that_fails_is_a_passing_fault,
    trouble::a_tunnel_server_that_hangs_is_reported_in_time,
    trouble::too_many_tunnel_requests_are_reported_with_the_time_to_wait,
];
