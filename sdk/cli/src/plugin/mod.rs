//! `maquette plugin …`: one module for each action.

mod build;
mod inspect;
mod push;
mod report;
mod run;
mod source;

pub(crate) use build::build;
pub(crate) use inspect::inspect;
pub(crate) use push::push;
pub(crate) use run::run;
