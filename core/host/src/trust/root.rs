use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;

use super::{KeyError, PublicKey};
use crate::Digest;

/// Whose word counts for signatures without a key of their own: certificate authorities and transparency logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRoot {
    pub(super) authorities: Vec<Authority>,
    pub(super) logs: Vec<Log>,
    /// Logs of certificates. Where there is one, every certificate has to be in one.
    pub(super) certificate_logs: Vec<Log>,
    fingerprint: Digest,
}

/// A certificate authority such as Fulcio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    /// Nearest to the signer's first, the root last.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) period: Period,
}

/// A transparency log such as Rekor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) key: PublicKey,
    pub(super) period: Period,
}

/// When something was in use: seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Period {
    start: Option<i64>,
    end: Option<i64>,
}

/// Why a document is not a trust root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustRootError {
    /// Not a `trusted_root.json`.
    #[error(
        "the trust root is not a trusted_root.json: {0}; take it from `cosign trusted-root create` or the operator of your Sigstore"
    )]
    Json(String),
    /// A certificate is malformed.
    #[error("the trust root has a certificate that cannot be read")]
    Certificate,
    /// A key is malformed.
    #[error("the trust root has a key that cannot be used: {0}")]
    Key(#[from] KeyError),
    /// There is no authority or no log.
    #[error("the trust root has no {0}, without which no identity can be verified")]
    Missing(&'static str),
}

/// The parts of `dev.sigstore.trustroot.v1.TrustedRoot` that are used, in its JSON form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    tlogs: Vec<LogDocument>,
    #[serde(default)]
    certificate_authorities: Vec<AuthorityDocument>,
    #[serde(default)]
    ctlogs: Vec<LogDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogDocument {
    public_key: KeyDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyDocument {
    raw_bytes: String,
    #[serde(default)]
    valid_for: PeriodDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityDocument {
    cert_chain: ChainDocument,
    #[serde(default)]
    valid_for: PeriodDocument,
}

#[derive(Deserialize)]
struct ChainDocument {
    certificates: Vec<RawDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDocument {
    raw_bytes: String,
}

#[derive(Deserialize, Default)]
struct PeriodDocument {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl TrustRoot {
    /// Reads a `trusted_root.json` as Sigstore distributes it.
    ///
    /// Keys of algorithms that are not supported are left out: a root lists all that ever were.
    ///
    /// # Errors
    /// It is none, or has no authority or no log that can be used.
    pub fn from_json(json: &[u8]) -> Result<Self, TrustRootError> {
        let malformed = |error: serde_json::Error| TrustRootError::Json(error.to_string());
        let document: Document = serde_json::from_slice(json).map_err(malformed)?;
        let authorities = document
            .certificate_authorities
            .into_iter()
            .map(|authority| {
                let chain = authority.cert_chain.certificates.iter();
                Ok(Authority {
                    chain: chain
                        .map(|raw| decode(&raw.raw_bytes))
                        .collect::<Result<_, _>>()?,
                    period: authority.valid_for.period(),
                })
            })
            .collect::<Result<_, TrustRootError>>()?;
        let logs = read_logs(&document.tlogs)?;
        Self::new(authorities, logs, read_logs(&document.ctlogs)?, json)
    }

    /// From PEM documents: the authority's chain (nearest to the signer's first, its root last) and the log's public keys.
    /// Certificates need not be logged then.
    ///
    /// # Errors
    /// A certificate or a key cannot be read, or there is none.
    pub fn from_pem(chain: &[u8], log_keys: &[u8]) -> Result<Self, TrustRootError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .map(|certificate| certificate.map(|der| der.to_vec()))
            .collect::<Result<_, _>>()
            .map_err(|_| TrustRootError::Certificate)?;
        let logs = SubjectPublicKeyInfoDer::pem_slice_iter(log_keys)
            .map(|key| {
                let key = key.map_err(|_| KeyError::NotPem)?;
                Ok(Log {
                    key: PublicKey::from_der(&key)?,
                    period: Period::default(),
                })
            })
            .collect::<Result<_, TrustRootError>>()?;
        let identity = [&chain.concat(), log_keys].concat();
        let authority = Authority {
            chain,
            period: Period::default(),
        };
        Self::new(vec![authority], logs, Vec::new(), &identity)
    }

    fn new(
        authorities: Vec<Authority>,
        logs: Vec<Log>,
        certificate_logs: Vec<Log>,
        identity: &[u8],
    ) -> Result<Self, TrustRootError> {
        if authorities
            .iter()
            .all(|authority| authority.chain.is_empty())
        {
            return Err(TrustRootError::Missing("certificate authority"));
        }
        if logs.is_empty() {
            return Err(TrustRootError::Missing("transparency log"));
        }
        Ok(Self {
            authorities,
            logs,
            certificate_logs,
            fingerprint: Digest::of(identity),
        })
    }

    pub(super) fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }
}

fn read_logs(documents: &[LogDocument]) -> Result<Vec<Log>, TrustRootError> {
    let mut logs = Vec::new();
    for document in documents {
        match PublicKey::from_der(&decode(&document.public_key.raw_bytes)?) {
            Ok(key) => logs.push(Log {
                key,
                period: document.public_key.valid_for.period(),
            }),
            Err(KeyError::Algorithm(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(logs)
}

fn decode(base64: &str) -> Result<Vec<u8>, TrustRootError> {
    STANDARD
        .decode(base64)
        .map_err(|error| TrustRootError::Json(format!("rawBytes: {error}")))
}

impl PeriodDocument {
    fn period(&self) -> Period {
        Period {
            start: self.start.map(Timestamp::as_second),
            end: self.end.map(Timestamp::as_second),
        }
    }
}

impl Period {
    pub(super) fn includes(self, second: i64) -> bool {
        self.start.is_none_or(|start| start <= second) && self.end.is_none_or(|end| second <= end)
    }
}
