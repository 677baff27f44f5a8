//! The rules of `wit/draft/bundler/bundler.wit`, each a function whose name says it. The interface is pure: there is no server, and the
//! kit brings the workers.
//!
//! Where a bundler says of a module or binding that it cannot bundle it (`invalid` with its path, or `unsupported`), it
//! keeps the rules about that.

mod bench;
mod bindings;
mod image;
mod modules;
mod same;
mod secrets;

pub(crate) use bench::{Bench, Run};

use crate::suite::{Rule, rule_table};

/// All rules, in the order in which they run.
pub(crate) const RULES: &[Rule<Bench>] = &rule_table![Bench:
    image::an_image_says_what_it_starts_and_where_it_listens,
    image::an_image_of_no_worker_is_refused_with_its_field,
    image::two_workers_of_one_name_are_refused_with_their_path,
    image::two_workers_with_one_route_are_refused_with_their_path,
    image::bundling_asks_nobody,
    same::the_same_workers_give_the_same_bytes,
    same::the_order_of_modules_changes_nothing,
    same::the_order_of_bindings_changes_nothing,
    same::the_order_of_assets_changes_nothing,
    same::who_asks_does_not_change_the_bytes,
    modules::every_module_is_in_a_layer,
    modules::every_kind_of_module_is_bundled_or_refused_with_its_path,
    modules::a_main_module_that_is_not_there_is_refused_with_its_path,
    modules::a_module_with_a_name_that_leads_elsewhere_is_kept_inside_or_refused,
    modules::two_modules_of_one_name_are_refused_with_their_path,
    modules::a_worker_of_assets_alone_is_bundled_or_refused_with_its_path,
    modules::two_assets_of_one_path_are_refused_with_their_path,
    bindings::the_text_of_a_binding_is_in_a_layer,
    bindings::every_kind_of_binding_is_bundled_or_refused_with_its_path,
    bindings::a_binding_to_an_unknown_worker_is_refused_with_its_path,
    bindings::two_bindings_of_one_name_are_refused_with_their_path,
    secrets::every_variable_is_named_once,
    secrets::nothing_but_variables_of_bindings_is_named,
    secrets::no_credential_is_in_a_layer,
];
