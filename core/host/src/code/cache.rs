use std::{
    fs, io,
    path::{Path, PathBuf},
};

use wasmtime::{Engine, component::Component};

use super::trusted::Key;
use crate::{disk, names::Digest};

/// Compiled code on disk, authenticated under a key of this machine.
pub(crate) struct CodeCache {
    folder: PathBuf,
    key: Key,
}

impl CodeCache {
    /// Opens the cache in this folder and makes its key when it has none.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            key: Key::new(key(&folder.join("key"))?),
        })
    }

    /// What was compiled of this component before; nothing when it is missing, was changed or is of another version.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let sealed = fs::read(self.path(digest)).ok()?;
        let opened = self.key.open(engine, digest, &sealed);
        disk::used(&self.path(digest));
        if let Err(why) = &opened {
            tracing::warn!(%digest, %why, "cached plugin code cannot be used: compiling again");
        }
        opened.ok()
    }

    /// Keeps sealed code.
    pub(super) fn store(&self, digest: &Digest, sealed: &[u8]) -> io::Result<()> {
        disk::write(&self.path(digest), sealed)
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.hex())
    }
}

/// Reads the key, or makes one that nobody else can read. Of two hosts that start at once, one wins and both use its.
fn key(path: &Path) -> io::Result<[u8; 32]> {
    if let Ok(key) = read_key(path) {
        return Ok(key);
    }
    let mut fresh = [0_u8; 32];
    getrandom::fill(&mut fresh).map_err(io::Error::other)?;
    // Temporary files are made with mode 0600, and a link fails where the name exists.
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, &fresh)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(fresh),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            read_key(path).or_else(|_| {
                // Not a key of ours: a new one makes everything that was compiled before worthless, and no more.
                disk::write(path, &fresh).map(|()| fresh)
            })
        }
        Err(error) => Err(error.error),
    }
}

fn read_key(path: &Path) -> io::Result<[u8; 32]> {
    fs::read(path)?
        .try_into()
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
}
