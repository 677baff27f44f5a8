//! What the transparency log Rekor (version 1) says about a signature: its promise (the signed entry timestamp), which also says
//! when, and where it is there the proof of inclusion under a signed checkpoint (RFC 6962, section 2.1.1).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    TrustRoot,
    claim::{Claim, Entry, Proof},
    root::Log,
};

#[derive(Deserialize)]
#[serde(tag = "kind", content = "spec", rename_all = "lowercase")]
enum Body {
    HashedRekord { data: Data, signature: Signature },
    Dsse { signatures: Vec<DsseSignature> },
}

#[derive(Deserialize)]
struct Data {
    hash: Hash,
}

#[derive(Deserialize)]
struct Hash {
    algorithm: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signature {
    content: String,
    public_key: Content,
}

#[derive(Deserialize)]
struct Content {
    content: String,
}

#[derive(Deserialize)]
struct DsseSignature {
    signature: String,
    verifier: String,
}

/// When the claim was made, said by a log of the root: seconds since 1970.
///
/// # Errors
/// No entry proves it; says what is wrong with the last one.
pub(super) fn logged_at(claim: &Claim, verifier: &[u8], root: &TrustRoot) -> Result<i64, String> {
    let mut problem = "it brings no entry of a log".to_owned();
    for entry in &claim.entries {
        match check(entry, claim, verifier, root) {
            Ok(()) => return Ok(entry.integrated_time),
            Err(reason) => problem = reason,
        }
    }
    Err(problem)
}

fn check(entry: &Entry, claim: &Claim, verifier: &[u8], root: &TrustRoot) -> Result<(), String> {
    let known = |log: &&Log| log.key.id() == entry.log_id;
    let log = root.logs.iter().find(known).ok_or_else(|| {
        let id: String = hex::encode(&entry.log_id).chars().take(16).collect();
        format!("the log {id} is not one of the trust root's")
    })?;
    if !log.period.includes(entry.integrated_time) {
        return Err("the log was not in use at that time".to_owned());
    }
    let promise = entry
        .promise
        .as_ref()
        .ok_or("its entry has no signed timestamp, and timestamp authorities are not supported")?;
    if !log.key.verifies(promised(entry).as_bytes(), promise) {
        return Err("the log's signed timestamp is not the log's".to_owned());
    }
    let body = STANDARD
        .decode(&entry.body)
        .map_err(|_| "its entry is not base64")?;
    if let Some(proof) = &entry.proof {
        included(&body, proof, log)?;
    }
    is_about(&body, claim, verifier)
}

/// What the log signs (RFC 8785: names in order, no spaces). Base64 and hexadecimal digits need no escapes.
fn promised(entry: &Entry) -> String {
    format!(
        r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
        entry.body,
        entry.integrated_time,
        hex::encode(&entry.log_id),
        entry.log_index
    )
}

/// Whether the entry is one of this very signature by this certificate or key.
fn is_about(body: &[u8], claim: &Claim, verifier: &[u8]) -> Result<(), String> {
    let body: Body = serde_json::from_slice(body)
        .map_err(|_| "its entry is neither `hashedrekord` nor `dsse`".to_owned())?;
    let same = |signature: &str, pem: &str| {
        let pem = STANDARD.decode(pem).unwrap_or_default();
        let certificate = CertificateDer::from_pem_slice(&pem).map(|der| der.to_vec());
        let key = || SubjectPublicKeyInfoDer::from_pem_slice(&pem).map(|der| der.to_vec());
        STANDARD.decode(signature).ok().as_ref() == Some(&claim.signature)
            && certificate.or_else(|_| key()).ok().as_deref() == Some(verifier)
    };
    let holds = match &body {
        Body::HashedRekord { data, signature } => {
            data.hash.algorithm == "sha256"
                && data.hash.value == hex::encode(Sha256::digest(&claim.message))
                && same(&signature.content, &signature.public_key.content)
        }
        Body::Dsse { signatures } => signatures
            .iter()
            .any(|entry| same(&entry.signature, &entry.verifier)),
    };
    if holds {
        Ok(())
    } else {
        Err("its entry is one of another signature".to_owned())
    }
}

fn included(body: &[u8], proof: &Proof, log: &Log) -> Result<(), String> {
    let leaf = Sha256::new_with_prefix([0]).chain_update(body).finalize();
    if root_of(proof, leaf.into()).as_deref() != Some(proof.root.as_slice()) {
        return Err("the log's proof of inclusion does not hold".to_owned());
    }
    let (text, signatures) = proof
        .checkpoint
        .split_once("\n\n")
        .ok_or("the log's checkpoint is not a signed note")?;
    let text = format!("{text}\n");
    let mut lines = text.lines().skip(1);
    let size = lines.next().and_then(|line| line.parse().ok());
    let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
    if size != Some(proof.size) || root.as_ref() != Some(&proof.root) {
        return Err("the log's checkpoint is one of another tree".to_owned());
    }
    // `— NAME BASE64`: four bytes that name the key, then its signature.
    let signed = signatures.lines().any(|line| {
        let signature = line
            .rsplit_once(' ')
            .and_then(|(_, base64)| STANDARD.decode(base64).ok());
        signature
            .as_deref()
            .and_then(|bytes| bytes.get(4..))
            .is_some_and(|signature| log.key.verifies(text.as_bytes(), signature))
    });
    if signed {
        Ok(())
    } else {
        Err("the log's checkpoint is not signed by the log".to_owned())
    }
}

/// RFC 9162, section 2.1.3.2.
fn root_of(proof: &Proof, leaf: [u8; 32]) -> Option<Vec<u8>> {
    if proof.index >= proof.size {
        return None;
    }
    let (mut at, mut last, mut hash) = (proof.index, proof.size - 1, leaf);
    for sibling in &proof.hashes {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then(|| hash.to_vec())
}

fn node(left: &[u8], right: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Root and proofs of a tree, computed from their definition (RFC 6962, section 2.1).
    fn tree(leaves: &[[u8; 32]]) -> [u8; 32] {
        if let [leaf] = leaves {
            return *leaf;
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        node(&tree(left), &tree(right))
    }

    fn path(index: usize, leaves: &[[u8; 32]]) -> Vec<Vec<u8>> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut hashes, other) = if index < left.len() {
            (path(index, left), tree(right))
        } else {
            (path(index - left.len(), right), tree(left))
        };
        hashes.push(other.to_vec());
        hashes
    }

    fn split(length: usize) -> usize {
        length.next_power_of_two() / 2
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_no_other() {
        for size in 1_usize..12 {
            let leaves: Vec<[u8; 32]> = (0..size)
                .map(|n| Sha256::digest([u8::try_from(n).unwrap()]).into())
                .collect();
            for (index, leaf) in leaves.iter().enumerate() {
                let proof = |index: usize| Proof {
                    index: index as u64,
                    size: size as u64,
                    root: tree(&leaves).to_vec(),
                    hashes: path(index, &leaves),
                    checkpoint: String::new(),
                };
                let right = proof(index);
                assert_eq!(root_of(&right, *leaf), Some(right.root.clone()));
                let other = proof((index + 1) % size);
                assert_eq!(root_of(&other, *leaf) == Some(right.root), size == 1);
            }
        }
    }
}
