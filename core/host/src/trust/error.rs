use crate::Digest;

/// Why a plugin's signatures do not prove what is required. The message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// There is no signature.
    #[error(
        "{digest} is not signed, and a signature is required of {expected}; sign it with `maquette plugin sign` or `cosign sign`"
    )]
    Unsigned {
        /// The manifest.
        digest: Digest,
        /// Who was expected.
        expected: String,
    },
    /// There are signatures, and none by who is expected.
    #[error(
        "{digest} is signed by {signed_by}, and not by {expected}; if that signer is right, add it to what is verified, else do not use this plugin"
    )]
    WrongSigner {
        /// The manifest.
        digest: Digest,
        /// Who signed, as far as it can be known.
        signed_by: String,
        /// Who was expected.
        expected: String,
    },
    /// The signature is good, and is one of something else.
    #[error(
        "the signature at {digest} is one of {signed}: it was copied from another artifact; do not use this plugin"
    )]
    OtherDigest {
        /// The manifest.
        digest: Digest,
        /// What was signed.
        signed: String,
    },
    /// A signature without a key of its own is not in the log of a trusted root, or not as it says.
    #[error(
        "the signature of {digest} by {signed_by} is not proved by the transparency log: {problem}; sign again, or give the trust root that knows the log"
    )]
    NotLogged {
        /// The manifest.
        digest: Digest,
        /// Who signed.
        signed_by: String,
        /// What is wrong.
        problem: String,
    },
    /// A document of the signature cannot be read.
    #[error("the signature of {digest} cannot be read: {problem}; sign it again")]
    Malformed {
        /// The manifest.
        digest: Digest,
        /// What is wrong.
        problem: String,
    },
}
