//! One layer: a deterministic tar archive.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::ImageError;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Folder { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
    Link { target: String },
}

/// The files of a layer. Their order, owners and times do not depend on the machine: sorted by path, root's, the epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    entries: BTreeMap<String, Entry>,
}

impl Layer {
    /// An empty layer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file at an absolute path; the folders above it are added with mode 0755.
    pub fn file(
        mut self,
        path: &str,
        mode: u32,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Self, ImageError> {
        let path = self.place(path)?;
        self.entries.insert(
            path,
            Entry::File {
                mode,
                bytes: bytes.into(),
            },
        );
        Ok(self)
    }

    /// Adds a file of the machine.
    pub fn copy(self, from: &Path, path: &str, mode: u32) -> Result<Self, ImageError> {
        let bytes = std::fs::read(from).map_err(|source| ImageError::File {
            path: from.to_owned(),
            source,
        })?;
        self.file(path, mode, bytes)
    }

    /// Adds a folder.
    pub fn folder(mut self, path: &str, mode: u32) -> Result<Self, ImageError> {
        let path = self.place(path)?;
        self.entries.insert(path, Entry::Folder { mode });
        Ok(self)
    }

    /// Adds a symbolic link.
    pub fn link(mut self, path: &str, target: &str) -> Result<Self, ImageError> {
        let path = self.place(path)?;
        self.entries.insert(
            path,
            Entry::Link {
                target: target.to_owned(),
            },
        );
        Ok(self)
    }

    /// The archive's bytes, uncompressed: the registry is on the same machine.
    pub(super) fn archive(&self) -> Result<Vec<u8>, ImageError> {
        let mut builder = Builder::new(Vec::new());
        for (path, entry) in &self.entries {
            append(&mut builder, path, entry).map_err(ImageError::Archive)?;
        }
        builder.into_inner().map_err(ImageError::Archive)
    }

    /// Checks a path and adds the folders above it.
    fn place(&mut self, path: &str) -> Result<String, ImageError> {
        let inner = path
            .strip_prefix('/')
            .ok_or_else(|| ImageError::Path(path.to_owned()))?;
        if inner.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(ImageError::Path(path.to_owned()));
        }
        for (end, _) in inner.match_indices('/') {
            let above = inner.get(..end).unwrap_or_default().to_owned();
            self.entries
                .entry(above)
                .or_insert(Entry::Folder { mode: 0o755 });
        }
        Ok(inner.to_owned())
    }
}

fn append(builder: &mut Builder<Vec<u8>>, path: &str, entry: &Entry) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    match entry {
        Entry::Folder { mode } => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(*mode);
            header.set_size(0);
            builder.append_data(&mut header, format!("{path}/"), io::empty())
        }
        Entry::File { mode, bytes } => {
            header.set_entry_type(EntryType::Regular);
            header.set_mode(*mode);
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, path, bytes.as_slice())
        }
        Entry::Link { target } => {
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            header.set_size(0);
            builder.append_link(&mut header, path, target)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(layer: &Layer) -> Vec<String> {
        let bytes = layer.archive().unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn folders_above_a_file_come_before_it() {
        let layer = Layer::new().file("/usr/bin/tool", 0o755, "x").unwrap();
        assert_eq!(names(&layer), ["usr/", "usr/bin/", "usr/bin/tool"]);
    }

    #[test]
    fn the_order_of_adding_does_not_change_the_archive() {
        let one = Layer::new()
            .file("/a", 0o644, "1")
            .unwrap()
            .link("/b", "a")
            .unwrap();
        let two = Layer::new()
            .link("/b", "a")
            .unwrap()
            .file("/a", 0o644, "1")
            .unwrap();
        assert_eq!(one.archive().unwrap(), two.archive().unwrap());
    }

    #[test]
    fn a_folder_keeps_the_mode_it_was_given_when_a_file_is_added_below_it() {
        let layer = Layer::new()
            .folder("/tmp", 0o1777)
            .unwrap()
            .file("/tmp/x", 0o644, "")
            .unwrap();
        assert_eq!(
            layer.entries.get("tmp"),
            Some(&Entry::Folder { mode: 0o1777 })
        );
    }

    #[test]
    fn relative_paths_and_paths_that_climb_are_refused() {
        for path in ["relative", "/a/../b", "/", "//a", "/a/./b"] {
            assert!(Layer::new().file(path, 0o644, "").is_err(), "{path}");
        }
    }
}
