use super::{Content, Worker};
use crate::{
    call::{Call, CallError},
    kinds::{
        Client,
        check::{relative_path, unique},
        client::unusable,
    },
};

const FUNCTION: &str = "bundle";

/// A bundler of workers; see `wit/draft/bundler/bundler.wit` for what it does. Cheap to clone.
///
/// The function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Bundler(pub(crate) Client);

impl Bundler {
    /// Makes one image of these workers.
    pub async fn bundle(&self, call: &Call, workers: &[Worker]) -> Result<Content, CallError> {
        let content: Content = self.0.call(call, FUNCTION, (workers.to_vec(),)).await?;
        if content.base.is_empty() || content.base.contains(char::is_whitespace) {
            return Err(unusable(
                FUNCTION,
                format!("`{}` is no image", content.base),
            ));
        }
        for layer in &content.layers {
            let paths = || layer.iter().map(|file| file.path.as_str());
            paths().try_for_each(|path| relative_path(FUNCTION, path))?;
            unique(FUNCTION, "the file", paths())?;
        }
        if content.ports.contains(&0) {
            return Err(unusable(FUNCTION, "0 is no port"));
        }
        Ok(content)
    }
}
