//! The mark that says who owns a thing at a provider.

use sha2::{Digest as _, Sha256};

/// Longest mark in bytes: the smallest limit of the providers we know (a record's comment of 100 characters).
const MAX_BYTES: usize = 100;

/// The prefix of every mark of one installation.
pub fn prefix(cluster_uid: &str) -> String {
    format!("maquette/{cluster_uid}/")
}

/// `maquette/<cluster uid>/<namespace>/<name>`, or a digest of the last two where that is longer than 100 bytes.
///
/// An object that is deleted and made again under its name has the same mark, so what an interrupted
/// teardown left behind is found again and not taken for somebody else's.
pub fn mark(cluster_uid: &str, namespace: &str, name: &str) -> String {
    let readable = format!("{}{namespace}/{name}", prefix(cluster_uid));
    if readable.len() <= MAX_BYTES {
        return readable;
    }
    let digest = Sha256::digest(format!("{namespace}/{name}"));
    format!(
        "{}{}",
        prefix(cluster_uid),
        hex::encode(digest.get(..20).unwrap_or_default())
    )
}

#[cfg(test)]
mod tests {
    use super::mark;

    const UID: &str = "0a1b2c3d-0000-4000-8000-000000000000";

    #[test]
    fn a_short_mark_is_readable() {
        assert_eq!(
            mark(UID, "shop", "web"),
            "maquette/0a1b2c3d-0000-4000-8000-000000000000/shop/web"
        );
    }

    #[test]
    fn a_long_mark_is_a_digest_that_tells_names_apart() {
        let (one, two) = (
            mark(UID, &"n".repeat(63), "a"),
            mark(UID, &"n".repeat(63), "b"),
        );
        assert!(one.len() <= super::MAX_BYTES && one != two);
    }
}
