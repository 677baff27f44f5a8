//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Bundler, Content, Worker};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::bundler::exports::maquette::bundler::bundler::Guest;

impl<P: Bundler> Guest for P {
    fn bundle(ctx: RawContext, workers: Vec<Worker>) -> Result<Content> {
        Bundler::bundle(&P::default(), &Context::from_raw(ctx, runtime())?, &workers)
    }
}
