//! Webhooks: their secrets stay in the host.

use serde::Deserialize;
use wasmtime::component::{ComponentType, Lower};

use super::{Event, Hint, HookSecret, Source, Webhook, secret::PREFIX};
use crate::{
    call::{Call, CallError},
    egress::Held,
    kinds::client::unusable,
    manifest::{Manifest, Provision},
    names::Secret,
};

/// A webhook that should exist. Its secret is handed over beside it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hook {
    /// Where the forge should send it; a hook with this URL is ours.
    pub url: String,
    /// The events that it tells of.
    pub events: Vec<Event>,
}

/// `hook` of the contract: with the placeholder of the secret.
#[derive(ComponentType, Lower)]
#[component(record)]
struct Asked {
    url: String,
    secret: String,
    events: Vec<Event>,
}

impl Source {
    /// Creates the webhook, or updates the one with this URL. Gives its identifier. The plugin never sees the secret: it gets a
    /// placeholder, which is replaced at the places that the manifest names.
    pub async fn ensure_webhook(
        &self,
        call: &Call,
        repository: &str,
        hook: &Hook,
        secret: &HookSecret,
    ) -> Result<String, CallError> {
        let (repository, hook, secret) = (repository.to_owned(), hook.clone(), secret.clone());
        self.0
            .call_inside(
                call,
                "ensure-webhook",
                move |state| {
                    let secret = state.conceal(secret.expose(), PREFIX, &secret.forms())?;
                    let Hook { url, events } = hook;
                    Ok((
                        repository,
                        Asked {
                            url,
                            secret,
                            events,
                        },
                    ))
                },
                |_, id| id,
            )
            .await
    }

    /// Deletes the webhook with this URL.
    pub async fn delete_webhook(
        &self,
        call: &Call,
        repository: &str,
        url: &str,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), url.to_owned());
        self.0.call(call, "delete-webhook", arguments).await
    }

    /// Checks the signature of a webhook and reads it. Nothing if it is of no interest. The secret is that of a webhook that
    /// [`Self::ensure_webhook`] created.
    pub async fn parse_webhook(
        &self,
        call: &Call,
        webhook: &Webhook,
        secret: Option<&HookSecret>,
    ) -> Result<Option<Hint>, CallError> {
        const FUNCTION: &str = "parse-webhook";
        let Some(secret) = secret else {
            return self.0.call(call, FUNCTION, (webhook.clone(),)).await;
        };
        let held = made(self.0.manifest(), secret)?;
        let (webhook, forms) = (webhook.clone(), secret.forms());
        self.0
            .call_inside(
                call,
                FUNCTION,
                move |state| {
                    state.bring(held, &forms);
                    Ok((webhook,))
                },
                |_, hint| hint,
            )
            .await
    }
}

/// The credential that the host generates, with this webhook's secret.
fn made(manifest: &Manifest, secret: &HookSecret) -> Result<Held, CallError> {
    let mut declared = manifest.credentials.iter();
    let declared = declared
        .find(|credential| credential.provision == Provision::Made)
        .ok_or_else(|| {
            unusable(
                "parse-webhook",
                "the manifest declares no credential with the provision `made`",
            )
        })?;
    Ok(Held {
        name: declared.name.clone(),
        placement: declared.placement.clone(),
        secret: Secret::new(secret.expose()),
        origins: Vec::new(),
        audience: None,
    })
}
