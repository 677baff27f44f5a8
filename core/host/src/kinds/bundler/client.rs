use super::{Blobs, Image, Worker, check};
use crate::{
    call::{Call, CallError},
    kinds::Client,
};

/// A bundler of workers; see `wit/draft/bundler/bundler.wit` for what it does. Cheap to clone.
///
/// The function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Bundler(pub(crate) Client);

impl Bundler {
    /// Makes one image of these workers. What they name is in the blobs; the plugin asks for what it reads.
    pub async fn bundle(
        &self,
        call: &Call,
        workers: &[Worker],
        blobs: &Blobs,
    ) -> Result<Image, CallError> {
        check::workers(workers, blobs)?;
        let (arguments, content) = ((workers.to_vec(),), blobs.clone());
        let image: Image = self
            .0
            .call_inside(
                call,
                "bundle",
                move |state| {
                    state.hold(content);
                    Ok(arguments)
                },
                |_, image| image,
            )
            .await?;
        check::image(&image, workers, blobs)?;
        Ok(image)
    }
}
