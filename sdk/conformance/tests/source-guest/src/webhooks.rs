//! Webhooks, signed as Gitea signs them.

use maquette_sdk::source::{Happening, Hint, Webhook};
use maquette_sdk::{Context, Error, Result};
use serde_json::Value;

use crate::api::{Api, word};
use crate::{Config, has};

pub fn parse(ctx: &Context<Config>, webhook: &Webhook) -> Result<Option<Hint>> {
    if has(ctx, "reading_a_webhook_calls_nobody") {
        Api::new(ctx)?.value("/api/v1/user")?;
    }
    let header = |name: &str| {
        let found = webhook.headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.as_str())
    };
    let interesting = header("x-gitea-event") == Some("pull_request");
    let event: Option<Value> = serde_json::from_slice(&webhook.body).ok();
    let readable = event.is_some();
    let whole_signature = header("x-gitea-signature").is_some();
    let unchecked = match ctx.config.fault.as_str() {
        "a_webhook_without_signature_is_unauthorized" => {
            interesting && readable && !whole_signature
        }
        "a_wrong_signature_is_unauthorized_whatever_comes_with_it" => !interesting && readable,
        _ => false,
    };
    if !unchecked
        && !signed(
            ctx,
            webhook,
            header("x-gitea-signature").unwrap_or_default(),
        )?
    {
        return Err(Error::Unauthorized(
            "the signature is missing or wrong".into(),
        ));
    }
    if !interesting && !has(ctx, "a_webhook_of_no_interest_is_nothing") {
        return Ok(None);
    }
    let event = event.ok_or_else(|| Error::invalid("webhook.body", "it is no JSON"))?;
    let change = event["number"].as_u64().map(|number| number.to_string());
    Ok(Some(Hint {
        delivery: word(&header("x-gitea-delivery").into()),
        repository: word(&event["repository"]["full_name"]),
        what: match change.filter(|_| !has(ctx, "a_webhook_becomes_its_hint")) {
            Some(change) => Happening::Change(change),
            None => Happening::Repository,
        },
    }))
}

fn signed(ctx: &Context<Config>, webhook: &Webhook, signature: &str) -> Result<bool> {
    let mut body = webhook.body.clone();
    if has(ctx, "a_webhook_whose_body_was_changed_is_unauthorized") {
        body = body.trim_ascii_end().to_vec();
    }
    let right = ctx.verify_hmac_sha256_hex("webhook", &body, signature)?;
    // Takes any last digit, where the webhook can be read.
    let interesting =
        webhook.body.len() > 1 && webhook.headers.iter().any(|h| h.value == "pull_request");
    let careless = interesting && has(ctx, "a_webhook_with_a_wrong_signature_is_unauthorized");
    if right || !careless || signature.len() != 64 {
        return Ok(right);
    }
    let (start, last) = signature.split_at(63);
    for digit in "0123456789abcdef"
        .chars()
        .filter(|digit| !last.starts_with(*digit))
    {
        if ctx.verify_hmac_sha256_hex("webhook", &body, &format!("{start}{digit}"))? {
            return Ok(true);
        }
    }
    Ok(false)
}
