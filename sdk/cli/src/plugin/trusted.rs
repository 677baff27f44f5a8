//! Whose signature is wanted, and who signed.

use std::sync::Arc;

use anyhow::Context as _;
use maquette_host::{
    Host, Identity, PublicKey, Settings, Signer, TrustRoot, Verification, Verified, Version, Wanted,
};

use super::source;
use crate::command::{Registry, Signers};
use crate::registry::{Login, Target};

/// What the options say; nothing where nobody's signature is asked for.
///
/// # Errors
/// A key, identity or trust root cannot be used.
pub(super) fn verification(signers: &Signers) -> anyhow::Result<Option<Verification>> {
    let mut accepted = Vec::new();
    for path in &signers.key {
        let key = PublicKey::from_pem(&source::read(path)?)
            .with_context(|| format!("--key: {} cannot be used", path.display()))?;
        accepted.push(Signer::Key(key));
    }
    if let Some(identity) = identity(signers)? {
        let path = signers.trusted_root.as_deref();
        let path = path.context("an identity needs --trusted-root")?;
        let root = TrustRoot::from_json(&source::read(path)?).context("--trusted-root")?;
        accepted.push(Signer::Identity {
            identity,
            root: Arc::new(root),
        });
    }
    Ok((!accepted.is_empty()).then(|| Verification::any_of(accepted)))
}

fn identity(signers: &Signers) -> anyhow::Result<Option<Identity>> {
    let issuer = signers
        .certificate_oidc_issuer
        .as_deref()
        .unwrap_or_default();
    let exact = signers.certificate_identity.as_deref();
    let pattern = signers.certificate_identity_regexp.as_deref();
    match (exact, pattern) {
        (Some(subject), _) => Ok(Some(
            Identity::exact(issuer, subject).context("--certificate-identity")?,
        )),
        (None, Some(pattern)) => Ok(Some(
            Identity::pattern(issuer, pattern).context("--certificate-identity-regexp")?,
        )),
        (None, None) => Ok(None),
    }
}

/// Resolves a version and says who signed it, by the operator's own code.
///
/// # Errors
/// It does not exist, or is not signed by who is required.
pub(super) async fn verify(
    target: &Target,
    version: &Version,
    required: Option<Verification>,
    registry: &Registry,
) -> anyhow::Result<Verified> {
    let cache = tempfile::tempdir().context("no temporary folder can be made")?;
    let mut settings = Settings::new(cache.path());
    if registry.plain_http {
        let name = target.repository.registry().to_owned();
        settings.plain_http_registries.push(name);
    }
    let wanted = Wanted {
        repository: target.repository.clone(),
        version: version.clone(),
        login: Login::find(registry, target.repository.registry())?.for_host(),
        verify: required.into_iter().collect(),
    };
    Ok(Host::new(settings)?.verify(&wanted).await?)
}

/// A reference with a version.
///
/// # Errors
/// It is none, or has none.
pub(super) fn reference(text: &str) -> anyhow::Result<(Target, Version)> {
    let target: Target = text.parse()?;
    let version = target
        .version
        .clone()
        .with_context(|| format!("`{text}` names no version; add :TAG or @sha256:…"))?;
    Ok((target, version))
}
