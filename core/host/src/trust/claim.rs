/// What a signature claims, whatever form it came in. Nothing of it is believed yet.
#[derive(Debug)]
pub(super) struct Claim {
    /// The bytes that were signed.
    pub(super) message: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// Digests that the message is about.
    pub(super) subjects: Vec<String>,
    /// Certificate of the signer, where there is one, and those that lead to its root.
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) intermediates: Vec<Vec<u8>>,
    /// What a log says about it.
    pub(super) entries: Vec<Entry>,
}

/// One entry of a log, as the signature brings it along.
#[derive(Debug)]
pub(super) struct Entry {
    /// The entry itself, base64 as it was signed.
    pub(super) body: String,
    /// Seconds since 1970.
    pub(super) integrated_time: i64,
    /// SHA-256 of the log's key.
    pub(super) log_id: Vec<u8>,
    pub(super) log_index: i64,
    pub(super) promise: Option<Vec<u8>>,
    pub(super) proof: Option<Proof>,
}

/// Proof that a tree of the log holds the entry.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) index: u64,
    pub(super) size: u64,
    pub(super) root: Vec<u8>,
    pub(super) hashes: Vec<Vec<u8>>,
    /// A signed note with the root.
    pub(super) checkpoint: String,
}
