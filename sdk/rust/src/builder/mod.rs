//! The interface `builder`. Image builders. Pure: neither function calls anything.
#![doc = include_str!("example.md")]

mod export;

pub use crate::raw::builder::exports::maquette::builder::builder::{
    Build, Destination, Ending, Failure, Fault, File, Image, Job, Parameter, Verdict,
};

use crate::context::Context;
use crate::error::Result;
use crate::plugin::Plugin;

/// Plans image builds and reads how they ended.
///
/// Each rule of the interface is written in `wit/draft/builder/builder.wit`; the ones that are easy to miss:
/// * the cache key changes with everything that can change the image, and with nothing else;
/// * no secret is in the plan: credentials are mounted at the paths that the build names;
/// * a failure says whose fault it is.
pub trait Builder: Plugin {
    /// What to run for this build.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for what the builder cannot build.
    fn plan(&self, ctx: &Context<Self::Config>, build: &Build) -> Result<Job>;

    /// What came of it.
    ///
    /// # Errors
    /// [`crate::Error::Other`] for an ending that cannot be.
    fn interpret(
        &self,
        ctx: &Context<Self::Config>,
        build: &Build,
        ending: &Ending,
    ) -> Result<Verdict>;
}
