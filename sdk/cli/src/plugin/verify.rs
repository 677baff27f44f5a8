//! `maquette plugin verify`.

use anyhow::{Context as _, bail};
use maquette_host::{Attestation, Digest, TrustError, Verification, attested};
use serde_json::{Value, json};

use super::trusted::{self, reference};
use crate::attest::{Kind, Origin};
use crate::command::{self, WrongUse};
use crate::output::Output;
use crate::registry::Client;

/// Says who signed a version and the statements about it, and fails unless that is one of those who are named.
pub(crate) async fn verify(arguments: command::Verify, output: Output) -> anyhow::Result<()> {
    let (target, version) = reference(&arguments.reference).map_err(WrongUse)?;
    let required = trusted::verification(&arguments.signers)?
        .context("name who has to have signed it: --key FILE, or --certificate-identity with --certificate-oidc-issuer and --trusted-root")
        .map_err(WrongUse)?;
    output.progress(&format!("Verifying {}", arguments.reference));
    let registry = &arguments.registry;
    let verified = trusted::verify(&target, &version, Some(required.clone()), registry).await?;
    let reference = format!("{}@{}", target.repository, verified.digest);
    let client = Client::new(target, registry)?;
    let statements = statements(&client, &verified.digest, &required).await?;
    let statements = match statements {
        Ok(statements) => statements,
        Err(problem) => {
            output.progress(&format!("The statements about it do not count: {problem}"));
            Vec::new()
        }
    };
    let provenance = statements
        .iter()
        .find(|it| it.predicate_type == Kind::Provenance.predicate_type());
    if arguments.require_provenance && provenance.is_none() {
        bail!(
            "{reference} is signed by {}, and has no provenance that they signed; push it with `--provenance --key`, or leave out --require-provenance",
            verified.signed_by.join(" and ")
        );
    }
    let origin = provenance.map(|it| Origin::of(&it.predicate));
    let listed: Vec<Value> = statements
        .iter()
        .map(|it| json!({ "type": it.predicate_type, "signedBy": it.signed_by }))
        .collect();
    let result = json!({
        "reference": reference, "digest": verified.digest.to_string(), "signedBy": verified.signed_by,
        "statements": listed, "provenance": origin,
    });
    output.result(&result, || {
        let signed = verified.signed_by.join(" and ");
        let mut lines = vec![format!("{reference} is signed by {signed}")];
        let also = |it: &Attestation| format!("  and {} by {}", about(it), it.signed_by);
        lines.extend(statements.iter().map(also));
        lines.join("\n")
    })
}

fn about(statement: &Attestation) -> String {
    if statement.predicate_type == Kind::Provenance.predicate_type() {
        return format!("its provenance ({})", Origin::of(&statement.predicate));
    }
    if statement.predicate_type == Kind::Sbom.predicate_type() {
        return "what it is made of (CycloneDX)".to_owned();
    }
    let kind: String = statement
        .predicate_type
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    format!("a statement of the type {kind}")
}

/// What those who are required signed about it.
async fn statements(
    client: &Client,
    digest: &Digest,
    required: &Verification,
) -> anyhow::Result<Result<Vec<Attestation>, TrustError>> {
    let (_, layers) = client.statements(digest).await?;
    Ok(attested(digest, &layers, required))
}
