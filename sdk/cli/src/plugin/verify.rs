//! `maquette plugin verify`.

use anyhow::Context as _;

use super::trusted::{self, reference};
use crate::command::{self, WrongUse};
use crate::output::Output;

/// Says who signed a version, and fails unless that is one of those who are named.
pub(crate) async fn verify(arguments: command::Verify, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let required = trusted::verification(&arguments.signers)?
        .context("name who has to have signed it: --key FILE, or --certificate-identity with --certificate-oidc-issuer and --trusted-root")
        .map_err(WrongUse)?;
    output.progress(&format!("Verifying {}", arguments.reference));
    let registry = &arguments.registry;
    let verified = trusted::verify(&target, &version, Some(required), registry).await?;
    let reference = format!("{}@{}", target.repository, verified.digest);
    let result = serde_json::json!({
        "reference": reference, "digest": verified.digest.to_string(), "signedBy": verified.signed_by,
    });
    output.result(&result, || {
        format!(
            "{reference} is signed by {}",
            verified.signed_by.join(" and ")
        )
    })
}
