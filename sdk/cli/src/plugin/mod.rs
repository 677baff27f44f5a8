//! `maquette plugin …`: one module for each action.

mod build;
mod check;
mod given;
mod inspect;
mod new;
mod push;
mod report;
mod run;
mod source;
mod test;

pub(crate) use build::build;
pub(crate) use check::check;
pub(crate) use inspect::inspect;
pub(crate) use new::new;
pub(crate) use push::push;
pub(crate) use run::run;
pub(crate) use test::test;
