//! Container images without a container engine: layers from files of this machine, pushed straight to the registry.

mod binaries;
mod layer;
mod layout;
mod pause;
mod push;

use std::io;
use std::path::PathBuf;

use serde::Serialize;

pub use binaries::{
    from_binaries_with_libs, from_binary_with_libs, from_binary_with_libs_at, redis,
};
pub use layer::Layer;
pub(crate) use pause::pause;

use crate::command::CommandError;
use crate::http::HttpError;

/// An image could not be made or pushed.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A file of the machine could not be read.
    #[error("cannot use {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A path cannot be part of a layer.
    #[error("`{0}` cannot be a path in an image: it must be absolute and without `..`")]
    Path(String),
    /// The archive could not be written.
    #[error("cannot write the layer")]
    Archive(#[source] io::Error),
    /// A helper program failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The registry refused or could not be reached.
    #[error(transparent)]
    Registry(#[from] HttpError),
    /// The registry gave no place to upload to.
    #[error("the registry at {0} answered an upload request without a Location")]
    NoLocation(String),
    /// The manifest could not be written.
    #[error("cannot write the image's JSON")]
    Json(#[from] serde_json::Error),
}

/// What the container runtime does with the image (OCI image specification, `config` of the image configuration).
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase")]
pub struct ImageConfig {
    /// uid or uid:gid; root when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `NAME=value`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// Its arguments unless the pod gives others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// The folder it starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
}

/// An image: the same files and configuration always give the same digest.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// The layers, lowest first.
    pub layers: Vec<Layer>,
    /// What to run.
    pub config: ImageConfig,
}

impl Image {
    /// An image with one layer.
    pub fn new(layer: Layer, config: ImageConfig) -> Self {
        Self {
            layers: vec![layer],
            config,
        }
    }

    /// Pushes the image to `registry` (host:port, plain HTTP) as `name:tag` and returns its digest (`sha256:…`).
    /// Blobs that the registry has are not sent again.
    pub async fn push(&self, registry: &str, name: &str, tag: &str) -> Result<String, ImageError> {
        push::push(self, registry, name, tag).await
    }

    /// The image in one file: an OCI image layout in a tar archive, with this tag and these annotations of its manifest. The
    /// same image gives the same bytes.
    ///
    /// # Errors
    /// A layer cannot be written.
    pub fn to_layout(
        &self,
        tag: &str,
        annotations: &[(&str, &str)],
    ) -> Result<Vec<u8>, ImageError> {
        layout::layout(self, tag, annotations)
    }
}
