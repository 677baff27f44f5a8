//! Who signed a plugin: asked before anything of it is fetched, and again whenever what is required changes.

use std::sync::PoisonError;

use super::{Inner, load::cache_error};
use crate::{
    Digest, InstallError, Wanted,
    registry::Pull,
    trust::{Evidence, judge},
};

/// Verdicts that are kept; then all are forgotten and found again.
const KEPT: usize = 1024;

impl Inner {
    /// Who signed the manifest, one name for each verification that is wanted.
    ///
    /// A verdict is final: the digest, the signature and the time in the log do not change, and another requirement is
    /// another question. While the registry is away, signatures that were good before are judged again from the cache.
    pub(super) async fn trust(
        &self,
        pull: &mut Pull<'_>,
        digest: &Digest,
        wanted: &Wanted,
    ) -> Result<Vec<String>, InstallError> {
        if wanted.verify.is_empty() {
            return Ok(Vec::new());
        }
        let question = || {
            let parts = wanted.verify.iter().map(|v| v.fingerprint().to_string());
            let parts: Vec<_> = std::iter::once(digest.to_string()).chain(parts).collect();
            Digest::of(parts.join(" ").as_bytes())
        };
        let question = question();
        let known = || {
            let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            verdicts.get(&question).cloned()
        };
        if let Some(signers) = known() {
            return Ok(signers);
        }
        let (evidence, remembered) = match pull.signatures(digest).await {
            Ok(evidence) => (evidence, false),
            Err(error) if error.passes() => {
                let evidence = self.store.signatures(digest).ok_or(error)?;
                (evidence, true)
            }
            Err(error) => return Err(error.into()),
        };
        let signers = wanted
            .verify
            .iter()
            .map(|required| judge(digest, &evidence, required))
            .collect::<Result<Vec<_>, _>>()?;
        if !remembered {
            self.keep(digest, &evidence)?;
        }
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        if verdicts.len() >= KEPT {
            verdicts.clear();
        }
        verdicts.insert(question, signers.clone());
        Ok(signers)
    }

    fn keep(&self, digest: &Digest, evidence: &[Evidence]) -> Result<(), InstallError> {
        self.store
            .keep_signatures(digest, evidence)
            .map_err(cache_error)
    }
}
