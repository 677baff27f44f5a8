use super::{
    Evidence, Signer, TrustError, Verification, certificate, certificate::Leaf, claim::Claim, rekor,
};
use crate::Digest;

/// What was found at one signature, the most telling last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Finding {
    Unreadable(String),
    Stranger(String),
    NotLogged { signed_by: String, problem: String },
    OtherDigest(String),
}

/// Who signed the manifest of this digest, if that satisfies what is required.
///
/// # Errors
/// No signature does; says the most telling reason.
pub(crate) fn judge(
    digest: &Digest,
    evidence: &[Evidence],
    required: &Verification,
) -> Result<String, TrustError> {
    judge_claims(digest, evidence.iter().map(Evidence::claim), required)
}

/// The same of claims in whatever form they came.
///
/// # Errors
/// No claim does; says the most telling reason.
pub(super) fn judge_claims(
    digest: &Digest,
    claims: impl IntoIterator<Item = Result<Option<Claim>, String>>,
    required: &Verification,
) -> Result<String, TrustError> {
    let mut findings = Vec::new();
    for claim in claims {
        match claim {
            Ok(None) => {}
            Ok(Some(claim)) => match examine(digest, &claim, required) {
                Ok(signer) => return Ok(signer),
                Err(finding) => findings.push(finding),
            },
            Err(problem) => findings.push(Finding::Unreadable(problem)),
        }
    }
    let strangers = strangers(&findings);
    let (digest, expected) = (digest.clone(), required.to_string());
    Err(match findings.into_iter().max() {
        None => TrustError::Unsigned { digest, expected },
        Some(Finding::Unreadable(problem)) => TrustError::Malformed { digest, problem },
        Some(Finding::Stranger(_)) => TrustError::WrongSigner {
            digest,
            signed_by: strangers,
            expected,
        },
        Some(Finding::NotLogged { signed_by, problem }) => TrustError::NotLogged {
            digest,
            signed_by,
            problem,
        },
        Some(Finding::OtherDigest(signed)) => TrustError::OtherDigest { digest, signed },
    })
}

fn strangers(findings: &[Finding]) -> String {
    let mut names: Vec<&str> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Stranger(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    names.dedup();
    names.truncate(5);
    names.join(" and ")
}

fn examine(digest: &Digest, claim: &Claim, required: &Verification) -> Result<String, Finding> {
    let leaf = claim
        .certificate
        .as_deref()
        .map(certificate::read)
        .transpose()
        .map_err(Finding::Unreadable)?;
    let mut finding = Finding::Stranger(stranger(leaf.as_ref()));
    for signer in required.signers() {
        match accept(claim, leaf.as_ref(), signer) {
            Ok(()) if claim.subjects.contains(&digest.to_string()) => {
                return Ok(name(signer, leaf.as_ref()));
            }
            Ok(()) => finding = Finding::OtherDigest(shown(&claim.subjects.join(", "))),
            Err(found) => finding = finding.max(found),
        }
    }
    Err(finding)
}

fn accept(claim: &Claim, leaf: Option<&Leaf>, signer: &Signer) -> Result<(), Finding> {
    let stranger = || Finding::Stranger(stranger(leaf));
    match (signer, leaf) {
        // A certificate beside it changes nothing: the key alone counts.
        (Signer::Key(key), _) => {
            if key.verifies(&claim.message, &claim.signature) {
                Ok(())
            } else {
                Err(stranger())
            }
        }
        (Signer::Identity { .. }, None) => Err(stranger()),
        (Signer::Identity { identity, root }, Some(leaf)) => {
            let named = leaf
                .subjects
                .iter()
                .any(|subject| identity.matches(&leaf.issuer, subject));
            if !named {
                return Err(stranger());
            }
            if !leaf.key.verifies(&claim.message, &claim.signature) {
                return Err(Finding::Stranger(format!(
                    "somebody else than the {} of its certificate, or it was changed since",
                    about(leaf)
                )));
            }
            let verifier = claim.certificate.as_deref().unwrap_or_default();
            let at =
                rekor::logged_at(claim, verifier, root).map_err(|problem| Finding::NotLogged {
                    signed_by: about(leaf),
                    problem,
                })?;
            certificate::vouched(verifier, &claim.intermediates, root, at).map_err(|problem| {
                Finding::Stranger(format!(
                    "somebody who claims to be {}: {problem}",
                    about(leaf)
                ))
            })
        }
    }
}

fn name(signer: &Signer, leaf: Option<&Leaf>) -> String {
    match (signer, leaf) {
        (Signer::Identity { .. }, Some(leaf)) => about(leaf),
        _ => signer.to_string(),
    }
}

/// A signature by a key does not say whose it is.
fn stranger(leaf: Option<&Leaf>) -> String {
    leaf.map_or_else(
        || "a key that is not listed, or it was changed since".to_owned(),
        |leaf| format!("{}, says its certificate", about(leaf)),
    )
}

fn about(leaf: &Leaf) -> String {
    let subject = leaf.subjects.first().map_or("nobody", String::as_str);
    format!("{} (issuer {})", shown(subject), shown(&leaf.issuer))
}

/// Words of a stranger, fit for a message.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}
