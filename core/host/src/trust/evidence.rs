use serde::{Deserialize, Serialize};

use super::{bundle, claim::Claim, simple};

/// A signature as the registry holds it. Kept in the cache, it is judged again whenever it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Evidence {
    /// cosign's "simple signing": the payload, and what its layer's annotations say.
    Simple {
        /// The signed document.
        payload: Vec<u8>,
        /// `dev.cosignproject.cosign/signature`, base64.
        signature: Option<String>,
        /// `dev.sigstore.cosign/certificate`, PEM.
        certificate: Option<String>,
        /// `dev.sigstore.cosign/chain`, PEM.
        chain: Option<String>,
        /// `dev.sigstore.cosign/bundle`, JSON: the log's promise.
        bundle: Option<String>,
    },
    /// A Sigstore bundle (`application/vnd.dev.sigstore.bundle.v0.3+json`).
    Bundle(Vec<u8>),
}

impl Evidence {
    /// What it claims; nothing where it is no signature but something else about the artifact, such as an SBOM.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn claim(&self) -> Result<Option<Claim>, String> {
        match self {
            Self::Simple {
                payload,
                signature,
                certificate,
                chain,
                bundle,
            } => simple::claim(
                payload,
                signature.as_deref(),
                certificate.as_deref(),
                chain.as_deref(),
                bundle.as_deref(),
            )
            .map(Some),
            Self::Bundle(json) => bundle::claim(json),
        }
    }
}
