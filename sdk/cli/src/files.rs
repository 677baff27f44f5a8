//! Files that are whole or not there.

use std::path::Path;

use anyhow::Context as _;

/// Writes beside the file and renames, so that nobody ever reads half of it.
///
/// # Errors
/// The folder cannot be made or written to.
pub(crate) fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        std::fs::write(file.path(), content)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
