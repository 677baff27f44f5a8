//! From the generated interface to the author's trait: decodes the configuration, then calls.

use super::{Blob, Blobs, Bundler, Image, Worker};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::inside::runtime;
use crate::raw::base::maquette::plugin::types::Context as RawContext;
use crate::raw::bundler::exports::maquette::bundler::bundler::Guest;
use crate::raw::bundler::maquette::bundler::blobs;

impl<P: Bundler> Guest for P {
    fn bundle(ctx: RawContext, workers: Vec<Worker>) -> Result<Image> {
        let ctx = Context::from_raw(ctx, runtime())?;
        Bundler::bundle(&P::default(), &ctx, &workers, &Host)
    }
}

/// What the host holds for this call.
struct Host;

impl Blobs for Host {
    fn read(&self, blob: &Blob) -> Result<Vec<u8>> {
        blobs::read(&blob.digest).ok_or_else(|| missing(blob))
    }
}

pub(super) fn missing(blob: &Blob) -> Error {
    Error::NotFound(format!("no argument names the blob {}", blob.digest))
}
