use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::Blob;
use crate::names::Digest;

/// Content that the arguments of a call name: octets by their digest. Cheap to clone; in JSON a list of base64.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<Octets>")]
pub struct Blobs(BTreeMap<String, Arc<[u8]>>);

#[derive(Deserialize)]
struct Octets(#[serde(with = "crate::kinds::bytes")] Vec<u8>);

impl Blobs {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds these octets, and says how arguments name them.
    pub fn hold(&mut self, octets: impl Into<Arc<[u8]>>) -> Blob {
        let octets = octets.into();
        let blob = Blob::of(&octets);
        self.0.insert(blob.digest.clone(), octets);
        blob
    }

    /// The octets of this digest.
    pub fn octets(&self, digest: &str) -> Option<&[u8]> {
        self.0.get(digest).map(|octets| &**octets)
    }
}

impl From<Vec<Octets>> for Blobs {
    fn from(all: Vec<Octets>) -> Self {
        let mut blobs = Self::new();
        for octets in all {
            blobs.hold(octets.0);
        }
        blobs
    }
}

impl Blob {
    /// How arguments name these octets.
    pub fn of(octets: &[u8]) -> Self {
        Self {
            digest: Digest::of(octets).to_string(),
            size: octets.len() as u64,
        }
    }
}
