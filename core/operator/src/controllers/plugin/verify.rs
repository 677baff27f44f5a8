//! Whom a Plugin itself wants to have signed it. This is one more verification beside those of the administrator's policies:
//! it can refuse what they let in, and never lets in what they refuse. Pure besides reading the caches.

use super::Installer;
use crate::cluster::{Key, Reads};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{
    Plugin,
    plugin::{VerifyIdentity, VerifyKey},
};
use maquette_host::{Identity, IdentityError, KeyError, PublicKey, Signer, Verification};

/// Why `spec.verify` cannot be asked for. Begins with the field's path.
#[derive(Debug, thiserror::Error)]
pub(in crate::controllers) enum VerifyError {
    #[error(
        "{field}: the Secret {name} in namespace {namespace} {problem} (`{key}`); create it with `kubectl create secret generic {name} --namespace {namespace} --from-file {key}=cosign.pub`"
    )]
    KeyMissing {
        field: String,
        name: String,
        key: String,
        problem: &'static str,
        namespace: String,
    },
    #[error("{field}: {source}; put the signer's public key there, as `cosign.pub` is one")]
    Key { field: String, source: KeyError },
    #[error("{field}: {source}")]
    Identity {
        field: String,
        source: IdentityError,
    },
    #[error(
        "{0}: the operator has no trust root, without which no identity can be verified; set `trust.root` of the chart to the text of a trusted_root.json"
    )]
    NoRoot(String),
}

/// What `spec.verify` requires; nothing where it is not there.
///
/// # Errors
/// A key cannot be read, or an identity cannot be verified.
pub(super) fn own(
    installer: &Installer,
    reads: &Reads,
    plugin: &Plugin,
) -> Result<Option<Verification>, Box<VerifyError>> {
    let Some(verify) = &plugin.spec.verify else {
        return Ok(None);
    };
    let keys = verify.cosign.keys.iter().enumerate();
    let keys = keys.map(|(at, key)| public_key(installer, reads, at, key));
    let identities = verify.cosign.keyless.iter().enumerate();
    let identities = identities.map(|(at, wanted)| identity(installer, at, wanted));
    let signers = keys.chain(identities).collect::<Result<_, _>>()?;
    Ok(Some(Verification::any_of(signers)))
}

fn public_key(
    installer: &Installer,
    reads: &Reads,
    at: usize,
    key: &VerifyKey,
) -> Result<Signer, Box<VerifyError>> {
    let field = format!("spec.verify.cosign.keys[{at}].secretRef");
    let wanted = &key.secret_ref;
    let place = Key::new(installer.namespace.clone(), &wanted.name);
    let secret = reads.get::<Secret>(&place);
    let missing = |problem| VerifyError::KeyMissing {
        field: field.clone(),
        name: wanted.name.clone(),
        key: wanted.key.clone(),
        problem,
        namespace: installer.namespace.clone(),
    };
    let secret = secret.ok_or_else(|| missing("does not exist"))?;
    let data = secret.data.as_ref().and_then(|data| data.get(&wanted.key));
    let pem = data.ok_or_else(|| missing("has no such key"))?;
    // Whatever else the Secret holds is not told.
    let key = PublicKey::from_pem(&pem.0).map_err(|source| VerifyError::Key { field, source })?;
    Ok(Signer::Key(key))
}

fn identity(
    installer: &Installer,
    at: usize,
    wanted: &VerifyIdentity,
) -> Result<Signer, Box<VerifyError>> {
    let field = format!("spec.verify.cosign.keyless[{at}]");
    let root = installer.registries.root();
    let root = root.ok_or_else(|| VerifyError::NoRoot(field.clone()))?;
    let read = match (&wanted.subject, &wanted.subject_pattern) {
        (Some(subject), None) => Identity::exact(&wanted.issuer, subject),
        (None, Some(pattern)) => Identity::pattern(&wanted.issuer, pattern),
        _ => Err(IdentityError::Empty),
    };
    Ok(Signer::Identity {
        identity: read.map_err(|source| VerifyError::Identity { field, source })?,
        root: root.clone(),
    })
}
