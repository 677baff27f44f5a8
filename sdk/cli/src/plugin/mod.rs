//! `maquette plugin …`: one module for each action.

mod approve;
mod build;
mod check;
mod follow;
mod given;
mod inspect;
mod load;
mod new;
mod pull;
mod push;
mod report;
mod rollback;
mod run;
mod save;
mod sign;
mod source;
mod test;
mod trusted;
mod verify;
mod zones;

pub(crate) use approve::approve;
pub(crate) use build::build;
pub(crate) use check::check;
pub(crate) use inspect::inspect;
pub(crate) use load::load;
pub(crate) use new::new;
pub(crate) use pull::pull;
pub(crate) use push::push;
pub(crate) use rollback::rollback;
pub(crate) use run::run;
pub(crate) use save::save;
pub(crate) use sign::sign;
pub(crate) use test::test;
pub(crate) use verify::verify;
pub(crate) use zones::zones;
