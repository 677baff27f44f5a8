//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Established, Observed, Page, Spec, Tunnel};
use crate::context::Context;
use crate::error::Result;
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::tunnel::exports::maquette::tunnel::tunnel::Guest;

impl<P: Tunnel> Guest for P {
    fn ensure(ctx: RawContext, spec: Spec) -> Result<Established> {
        Tunnel::ensure(&P::default(), &Context::from_raw(ctx, runtime())?, &spec)
    }

    fn observe(ctx: RawContext, id: String) -> Result<Option<Observed>> {
        Tunnel::observe(&P::default(), &Context::from_raw(ctx, runtime())?, &id)
    }

    fn set_routes(ctx: RawContext, id: String, spec: Spec, expect: String) -> Result<Established> {
        Tunnel::set_routes(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &id,
            &spec,
            &expect,
        )
    }

    fn rotate(ctx: RawContext, id: String, spec: Spec) -> Result<Established> {
        Tunnel::rotate(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &id,
            &spec,
        )
    }

    fn delete(ctx: RawContext, id: String, owner: String) -> Result<()> {
        Tunnel::delete(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &id,
            &owner,
        )
    }

    fn list_owned(ctx: RawContext, owner_prefix: String, cursor: Option<String>) -> Result<Page> {
        Tunnel::list_owned(
            &P::default(),
            &Context::from_raw(ctx, runtime())?,
            &owner_prefix,
            cursor.as_deref(),
        )
    }
}
