//! Files that are either whole or absent.

use std::{
    fs::{File, FileTimes},
    io,
    path::Path,
    time::SystemTime,
};

/// Notes that a file was used now; the file system does so by itself only now and then. It may fail without harm: then
/// the file seems older than it is.
pub(crate) fn used(path: &Path) {
    let now = FileTimes::new().set_accessed(SystemTime::now());
    let _ = File::open(path).and_then(|file| file.set_times(now));
}

/// Writes a file in one step: a reader, also one after a crash, sees all of it or none.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
