//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{App, Assessment, Delivery};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::delivery::exports::maquette::delivery::delivery::Guest;

impl<P: Delivery> Guest for P {
    fn render(ctx: RawContext, app: App) -> Result<Vec<String>> {
        Delivery::render(&P::default(), &Context::from_raw(ctx, runtime())?, &app)
    }

    fn assess(ctx: RawContext, app: App, objects: Vec<String>) -> Result<Assessment> {
        Delivery::assess(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &app,
            &objects,
        )
    }
}
