//! A webhook is believed only with its signature, and is a hint and no more.

use maquette_host::kinds::source::{Header, Hint, Webhook};
use maquette_host::{CallError, Source};

use super::KnownWebhook;
use super::bench::{Bench, is_unauthorized, not_shown};
use crate::faults::Action;
use crate::suite::{Failure, Outcome, keep};

fn known(bench: &Bench) -> Result<&KnownWebhook, Failure> {
    bench.target.webhook.as_ref().ok_or_else(|| {
        not_shown("the subject gives no webhook; give `webhook`, or declare the rule unsupported")
    })
}

async fn parse(bench: &Bench, webhook: &Webhook) -> Result<Option<Hint>, CallError> {
    let call = bench.call();
    bench.source.parse_webhook(&call, webhook, None).await
}

/// Without the header that it is signed with.
fn unsigned(known: &KnownWebhook, webhook: &Webhook) -> Webhook {
    let mut bare = webhook.clone();
    bare.headers.retain(|header| header.name != known.signature);
    bare
}

/// With another value of the same form in that header.
fn wrongly_signed(known: &KnownWebhook, webhook: &Webhook) -> Webhook {
    let mut wrong = webhook.clone();
    let signed = |header: &&mut Header| header.name == known.signature;
    if let Some(header) = wrong.headers.iter_mut().find(signed) {
        let last = header.value.pop();
        header.value.push(if last == Some('0') { '1' } else { '0' });
    }
    wrong
}

/// Delivery, repository and change.
pub(super) async fn a_webhook_becomes_its_hint(bench: &Bench) -> Outcome {
    let known = known(bench)?;
    let found = parse(bench, &known.signed).await?;
    keep!(
        found.as_ref() == Some(&known.hint),
        "{:?} was read as {found:?}",
        known.hint
    );
    Ok(())
}

/// Anybody could have sent it.
pub(super) async fn a_webhook_without_signature_is_unauthorized(bench: &Bench) -> Outcome {
    let known = known(bench)?;
    let found = parse(bench, &unsigned(known, &known.signed)).await;
    keep!(is_unauthorized(&found), "parse-webhook returned {found:?}");
    Ok(())
}

/// One character is another.
pub(super) async fn a_webhook_with_a_wrong_signature_is_unauthorized(bench: &Bench) -> Outcome {
    let known = known(bench)?;
    let found = parse(bench, &wrongly_signed(known, &known.signed)).await;
    keep!(is_unauthorized(&found), "parse-webhook returned {found:?}");
    Ok(())
}

/// One octet more, which means nothing in JSON.
pub(super) async fn a_webhook_whose_body_was_changed_is_unauthorized(bench: &Bench) -> Outcome {
    let mut changed = known(bench)?.signed.clone();
    changed.body.push(b' ');
    let found = parse(bench, &changed).await;
    keep!(is_unauthorized(&found), "parse-webhook returned {found:?}");
    Ok(())
}

/// Also where it is of no interest, or nothing that can be read: whoever may not say anything is told nothing.
pub(super) async fn a_wrong_signature_is_unauthorized_whatever_comes_with_it(
    bench: &Bench,
) -> Outcome {
    let known = known(bench)?;
    let mut garbage = wrongly_signed(known, &known.signed);
    garbage.body = b"{".to_vec();
    let empty = Webhook {
        headers: Vec::new(),
        body: Vec::new(),
    };
    for webhook in [
        wrongly_signed(known, &known.of_no_interest),
        unsigned(known, &known.of_no_interest),
        garbage,
        empty,
    ] {
        let found = parse(bench, &webhook).await;
        keep!(
            is_unauthorized(&found),
            "of {webhook:?} parse-webhook returned {found:?}"
        );
    }
    Ok(())
}

/// It is signed, and nobody has to look.
pub(super) async fn a_webhook_of_no_interest_is_nothing(bench: &Bench) -> Outcome {
    let found = parse(bench, &known(bench)?.of_no_interest).await?;
    keep!(found.is_none(), "it was read as {found:?}");
    Ok(())
}

/// Whoever sends many of them cannot use up the forge's limits.
pub(super) async fn reading_a_webhook_calls_nobody(bench: &Bench) -> Outcome {
    let known = known(bench)?;
    let fronted: Source = bench.place.fronted()?.source()?;
    bench.place.script.set(|_| Action::Forward);
    fronted
        .parse_webhook(&bench.call(), &known.signed, None)
        .await?;
    let refused = wrongly_signed(known, &known.signed);
    drop(fronted.parse_webhook(&bench.call(), &refused, None).await);
    let asked = bench.place.script.seen().len();
    keep!(asked == 0, "{asked} requests were made");
    Ok(())
}
