//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Build, Builder, Ending, Plan, Verdict};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::builder::exports::maquette::builder::builder::Guest;

impl<P: Builder> Guest for P {
    fn plan_build(ctx: RawContext, build: Build) -> Result<Plan> {
        Builder::plan(&P::default(), &Context::from_raw(ctx, runtime())?, &build)
    }

    fn interpret(ctx: RawContext, build: Build, job: u32, ending: Ending) -> Result<Verdict> {
        Builder::interpret(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &build,
            job,
            &ending,
        )
    }
}
