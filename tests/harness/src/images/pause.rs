//! The image that holds a pod's namespaces.

use std::fs;

use super::{Image, ImageConfig, ImageError, Layer};
use crate::command;
use crate::paths;

/// Compiled with the C compiler that Rust links with.
pub(crate) fn pause() -> Result<Image, ImageError> {
    let folder = paths::cache().join("bin/pause-1");
    let binary = folder.join("pause");
    if !binary.is_file() {
        let failed = |source| ImageError::File {
            path: folder.clone(),
            source,
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        let source = folder.join("pause.c");
        fs::write(&source, include_str!("pause.c")).map_err(failed)?;
        let temporary = folder.join("pause.new");
        command::run(
            "cc",
            [
                "-Os".as_ref(),
                "-static".as_ref(),
                "-s".as_ref(),
                "-o".as_ref(),
                temporary.as_os_str(),
                source.as_os_str(),
            ],
        )?;
        fs::rename(&temporary, &binary).map_err(failed)?;
    }
    let config = ImageConfig {
        entrypoint: vec!["/pause".into()],
        user: Some("65535:65535".into()),
        ..ImageConfig::default()
    };
    Ok(Image::new(
        Layer::new().copy(&binary, "/pause", 0o755)?,
        config,
    ))
}
