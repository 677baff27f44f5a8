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

/// Whether both marks are of one namespace of one installation, as far as they say so: a digest may be of any namespace.
pub fn same_namespace(own: &str, other: &str) -> bool {
    let parts = |mark: &str| {
        let (at, _) = mark.match_indices('/').nth(1)?;
        let (installation, rest) = mark.split_at_checked(at)?;
        let namespace = rest.trim_start_matches('/').split_once('/');
        let namespace = namespace.map(|(namespace, _)| namespace.to_owned());
        Some((installation.to_owned(), namespace))
    };
    let (Some((own, own_namespace)), Some((other, other_namespace))) = (parts(own), parts(other))
    else {
        return false;
    };
    let differ = own_namespace.zip(other_namespace);
    own == other && differ.is_none_or(|(own, other)| own == other)
}

#[cfg(test)]
mod tests {
    use super::{mark, same_namespace};

    const UID: &str = "0a1b2c3d-0000-4000-8000-000000000000";

    #[test]
    fn a_short_mark_is_readable() {
        assert_eq!(
            mark(UID, "shop", "web"),
            "maquette/0a1b2c3d-0000-4000-8000-000000000000/shop/web"
        );
    }

    #[test]
    fn marks_of_one_namespace_are_told_from_those_of_others() {
        let own = mark(UID, "shop", "web");
        let other = mark(&UID.replace("0a", "0b"), "shop", "web");
        assert!(same_namespace(&own, &mark(UID, "shop", "web-ipv6")));
        assert!(same_namespace(&own, &mark(UID, &"n".repeat(63), "a")));
        let neighbour = mark(UID, "shop2", "web");
        for foreign in [&neighbour, &other, "external-dns", "maquette/0a1b2c3d", ""] {
            assert!(!same_namespace(&own, foreign), "{foreign}");
        }
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
