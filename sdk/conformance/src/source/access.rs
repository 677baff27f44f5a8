//! What a clone gets. That a credential is named only where the manifest declares it for that, and that the URL is one
//! over https, the host sees to.

use maquette_host::kinds::source::{CloneSecret, Login};
use serde_json::json;
use url::Url;

use super::bench::{Bench, everything};
use crate::suite::{Failure, Outcome, keep};
use crate::texts::{credential_in, texts};

/// User and password are given beside it.
pub(super) async fn a_clone_url_holds_no_login(bench: &Bench) -> Outcome {
    let call = bench.call();
    let access = bench
        .source
        .clone_credential(&call, bench.repository(), &[])
        .await?;
    let url: Result<Url, _> = access.url.parse();
    let clean = |url: &Url| url.username().is_empty() && url.password().is_none();
    // Not shown in the report: what is in it may be a secret.
    keep!(
        url.as_ref().is_ok_and(clean),
        "the clone URL is none, or holds a user or password"
    );
    Ok(())
}

/// One that the forge made for the clone; nothing else is a token.
pub(super) async fn a_token_for_a_clone_ends_later(bench: &Bench) -> Outcome {
    let call = bench.call();
    let access = bench
        .source
        .clone_credential(&call, bench.repository(), &[])
        .await?;
    let Login::Password(password) = access.login else {
        return Ok(());
    };
    let CloneSecret::Token(token) = password.secret else {
        return Ok(());
    };
    keep!(!token.value.is_empty(), "the token is empty");
    let ends: jiff::Timestamp = token
        .expires
        .parse()
        .map_err(|error| Failure::Broken(format!("it ends at `{}`: {error}", token.expires)))?;
    keep!(
        ends > jiff::Timestamp::now(),
        "the token ended at {ends} already"
    );
    Ok(())
}

/// Neither in itself nor as what stands for it in the plugin.
pub(super) async fn no_answer_of_a_forge_has_a_credential(bench: &Bench) -> Outcome {
    let call = bench.call();
    let access = bench
        .source
        .clone_credential(&call, bench.repository(), &[])
        .await?;
    let answers = json!([
        bench.list(&everything()).await?,
        bench.change(&bench.open(0)?.id).await?,
        bench.resolve(&bench.open(0)?.head_sha).await?,
        access.url,
        access.login,
    ]);
    let told = credential_in(&texts(&answers), &bench.credentials);
    keep!(
        told.is_none(),
        "an answer has the credential {told:?} in it"
    );
    Ok(())
}
