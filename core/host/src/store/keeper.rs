use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// Folders with one file for each digest. The key of the code cache and what names stood for are small and stay.
const FOLDERS: [&str; 3] = ["sha256", "code", "signatures"];
/// Length of a digest in hexadecimal: what else lies there is not ours to remove.
const HEX: usize = 64;

/// Keeps the cache within its size.
pub(crate) struct Keeper {
    folder: PathBuf,
    most_bytes: u64,
    /// One at a time.
    turn: Mutex<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    name: String,
    bytes: u64,
    used: SystemTime,
}

impl Keeper {
    pub(crate) fn new(folder: &Path, most_bytes: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            most_bytes,
            turn: Mutex::default(),
        }
    }

    /// Removes what was not used for the longest time until the rest has its size. What is in use stays. Blocks.
    pub(crate) fn tidy(&self, in_use: &HashSet<String>) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in surplus(self.entries(), in_use, self.most_bytes) {
            match fs::remove_file(&entry.path) {
                Ok(()) => {
                    tracing::info!(
                        digest = entry.name,
                        bytes = entry.bytes,
                        "removed from the plugin cache, which is full"
                    );
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(%error, path = %entry.path.display(), "the plugin cache is full and this cannot be removed");
                }
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        FOLDERS
            .into_iter()
            .filter_map(|folder| fs::read_dir(self.folder.join(folder)).ok())
            .flatten()
            .flatten()
            .filter_map(|file| {
                let name = file.file_name().into_string().ok()?;
                let metadata = file.metadata().ok()?;
                let used = metadata.accessed().ok().max(metadata.modified().ok())?;
                let ours = name.len() == HEX && metadata.is_file();
                ours.then(|| Entry {
                    path: file.path(),
                    name,
                    bytes: metadata.len(),
                    used,
                })
            })
            .collect()
    }
}

/// What has to go, the longest unused first.
fn surplus(mut entries: Vec<Entry>, in_use: &HashSet<String>, most_bytes: u64) -> Vec<Entry> {
    let mut size: u64 = entries.iter().map(|entry| entry.bytes).sum();
    entries.retain(|entry| !in_use.contains(&entry.name));
    entries.sort_by_key(|entry| entry.used);
    entries
        .into_iter()
        .take_while(|entry| {
            let too_large = size > most_bytes;
            size -= entry.bytes;
            too_large
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn entry(name: &str, bytes: u64, used: u64) -> Entry {
        Entry {
            path: name.into(),
            name: name.to_owned(),
            bytes,
            used: SystemTime::UNIX_EPOCH + Duration::from_secs(used),
        }
    }

    fn removed(in_use: &[&str], most_bytes: u64) -> Vec<String> {
        let entries = vec![
            entry("new", 10, 9),
            entry("old", 10, 1),
            entry("older", 10, 0),
        ];
        let in_use = in_use.iter().map(|name| (*name).to_owned()).collect();
        surplus(entries, &in_use, most_bytes)
            .into_iter()
            .map(|entry| entry.name)
            .collect()
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_first_and_no_more_than_needed() {
        assert_eq!(removed(&[], 30), Vec::<String>::new());
        assert_eq!(removed(&[], 29), ["older"]);
        assert_eq!(removed(&[], 15), ["older", "old"]);
    }

    #[test]
    fn what_is_in_use_stays_even_when_it_is_too_large_alone() {
        assert_eq!(removed(&["older"], 15), ["old", "new"]);
        assert_eq!(removed(&["older", "old", "new"], 0), Vec::<String>::new());
    }
}
