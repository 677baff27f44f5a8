//! Pulled artifacts on disk, by digest. What is read is hashed again, so a damaged or changed file is a missing file.

mod keeper;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    disk,
    install::Wanted,
    names::{Digest, Version},
    trust::Evidence,
};

pub(crate) use keeper::Keeper;

/// Artifacts and the versions that names last stood for.
pub(crate) struct Store {
    blobs: PathBuf,
    resolutions: PathBuf,
    signatures: PathBuf,
}

/// What a name stood for when the registry was last asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolution {
    pub(crate) digest: Digest,
    /// The tag; nothing where the digest itself was asked for.
    pub(crate) tag: Option<String>,
}

impl Store {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let store = Self {
            blobs: folder.join("sha256"),
            resolutions: folder.join("resolved"),
            signatures: folder.join("signatures"),
        };
        fs::create_dir_all(&store.blobs)?;
        fs::create_dir_all(&store.resolutions)?;
        fs::create_dir_all(&store.signatures)?;
        Ok(store)
    }

    /// The bytes of this digest, if they are here and are still those.
    pub(crate) fn read(&self, digest: &Digest) -> Option<Vec<u8>> {
        let path = self.blobs.join(digest.hex());
        let bytes = fs::read(&path).ok()?;
        if Digest::of(&bytes) == *digest {
            disk::used(&path);
            return Some(bytes);
        }
        tracing::warn!(%digest, "a cached artifact is damaged: pulling it again");
        None
    }

    pub(crate) fn write(&self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        disk::write(&self.blobs.join(digest.hex()), bytes)
    }

    /// Remembers what a tag or range stands for, for the time when the registry is down. What is remembered already is not
    /// written again: that waits for the disk.
    pub(crate) fn remember(&self, wanted: &Wanted, resolution: &Resolution) -> io::Result<()> {
        if self.recall(wanted).as_ref() == Some(resolution) {
            return Ok(());
        }
        let tag = resolution.tag.as_deref().unwrap_or_default();
        disk::write(
            &self.resolution_path(wanted),
            format!("{}\n{tag}\n", resolution.digest).as_bytes(),
        )
    }

    /// What the wanted version stood for when it was last resolved.
    pub(crate) fn recall(&self, wanted: &Wanted) -> Option<Resolution> {
        if let Version::Digest(digest) = &wanted.version {
            return Some(Resolution {
                digest: digest.clone(),
                tag: None,
            });
        }
        let text = fs::read_to_string(self.resolution_path(wanted)).ok()?;
        let mut lines = text.lines();
        let digest = lines.next()?.parse().ok()?;
        let tag = lines
            .next()
            .filter(|tag| !tag.is_empty())
            .map(ToOwned::to_owned);
        Some(Resolution { digest, tag })
    }

    /// Keeps the signatures of a manifest for the time when the registry is down. They prove themselves.
    pub(crate) fn keep_signatures(&self, digest: &Digest, evidence: &[Evidence]) -> io::Result<()> {
        disk::write(
            &self.signatures.join(digest.hex()),
            &serde_json::to_vec(evidence)?,
        )
    }

    /// The signatures that were good when they were kept, if they are here.
    pub(crate) fn signatures(&self, digest: &Digest) -> Option<Vec<Evidence>> {
        let bytes = fs::read(self.signatures.join(digest.hex())).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn resolution_path(&self, wanted: &Wanted) -> PathBuf {
        let name = format!("{} {}", wanted.repository, wanted.version);
        self.resolutions.join(Digest::of(name.as_bytes()).hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tag_stands_for_is_written_when_it_changed_and_not_again() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let wanted = Wanted::new("r.test/plugin".parse().unwrap(), "1".parse().unwrap());
        let of = |bytes: &[u8]| Resolution {
            digest: Digest::of(bytes),
            tag: Some("1.0.0".to_owned()),
        };
        let file = |resolution: &Resolution| {
            store.remember(&wanted, resolution).unwrap();
            assert_eq!(store.recall(&wanted).as_ref(), Some(resolution));
            // Another file each time, because each is written aside and then renamed.
            fs::metadata(store.resolution_path(&wanted)).unwrap().ino()
        };
        let first = file(&of(b"first"));
        assert_eq!(file(&of(b"first")), first);
        assert_ne!(file(&of(b"second")), first);
    }

    #[test]
    fn a_changed_file_is_a_missing_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let digest = Digest::of(b"component");
        store.write(&digest, b"component").unwrap();
        assert_eq!(store.read(&digest).as_deref(), Some(&b"component"[..]));
        fs::write(store.blobs.join(digest.hex()), b"c0mponent").unwrap();
        assert_eq!(store.read(&digest), None);
    }
}
