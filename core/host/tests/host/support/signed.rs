//! Signatures on a shelf.

use maquette_host::Digest;

use super::{
    server::Reply,
    shelf::{Shelf, blob},
    signing::{Signature, signature_manifest},
};

impl Shelf {
    /// Puts signatures where cosign puts them in a registry without referrers.
    pub fn tag_signatures(&self, digest: &Digest, signatures: &[Signature]) {
        for signature in signatures {
            self.set(&blob(&signature.payload), Reply::ok(&signature.payload));
        }
        let manifest = signature_manifest(signatures).to_string();
        let path = format!("/v2/team/plugin/manifests/sha256-{}.sig", digest.hex());
        self.set(&path, Reply::ok(manifest));
    }
}
