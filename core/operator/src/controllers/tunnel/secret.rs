//! The tunnel's secret: made by the operator before the provider hears of the tunnel, kept in the operator's namespace.
//!
//! A rotation begins with a second secret beside the first. Only when the provider has taken it does it replace the first,
//! so whenever the operator dies, the cluster still holds every secret that the provider may have.

use super::names;
use crate::{
    cluster::{Key, Kind},
    engine::Desired,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use k8s_openapi::api::core::v1::Secret;
use maquette_api::{ROTATE_ANNOTATION, Tunnel};
use maquette_host::kinds::tunnel::TunnelSecret;
use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Key of the secret that the provider has, within the Secret.
pub(super) const CURRENT: &str = "secret";
/// Key of the secret that it is being given.
const NEXT: &str = "next";
/// Annotation on the Secret: the value of the Tunnel's annotation for which it was made.
const ROTATED_ANNOTATION: &str = "maquette.dev/rotated";

/// What the cluster holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) current: TunnelSecret,
    pub(super) next: Option<TunnelSecret>,
    pub(super) rotated: String,
}

impl Held {
    /// The one that the provider is to have.
    pub(super) fn effective(&self) -> TunnelSecret {
        self.next.as_ref().unwrap_or(&self.current).clone()
    }
}

/// A digest by which two secrets are told apart.
pub(super) fn digest(secret: &TunnelSecret) -> String {
    let digest = Sha256::digest(secret.expose());
    hex::encode(digest.get(..16).unwrap_or_default())
}

/// The secret that the cluster holds for the Tunnel with this key, in the Secret of its name.
pub(super) fn held(secret: Option<&Secret>, tunnel: &Key) -> Option<Held> {
    let secret = secret.filter(|secret| names::is_of(&secret.metadata, tunnel))?;
    let read = |key: &str| {
        let bytes = secret.data.as_ref()?.get(key)?;
        TunnelSecret::try_from(bytes.0.as_slice()).ok()
    };
    let annotations = secret.metadata.annotations.clone().unwrap_or_default();
    Some(Held {
        current: read(CURRENT)?,
        next: read(NEXT),
        rotated: annotations
            .get(ROTATED_ANNOTATION)
            .cloned()
            .unwrap_or_default(),
    })
}

/// What has to happen to the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is none.
    Make,
    /// It is as it should be.
    Keep,
    /// The user wants another one.
    Begin,
    /// The provider is to take the next one.
    GoOn,
    /// The provider has taken the next one.
    Finish,
}

/// The step that is due. `known` is the digest of the secret that the provider is known to have.
pub(super) fn step(tunnel: &Tunnel, held: Option<&Held>, known: Option<&str>) -> Step {
    let Some(held) = held else {
        return Step::Make;
    };
    match &held.next {
        Some(next) if known == Some(&digest(next)) => Step::Finish,
        Some(_) => Step::GoOn,
        None if asked_for(tunnel) != held.rotated && !asked_for(tunnel).is_empty() => Step::Begin,
        None => Step::Keep,
    }
}

fn asked_for(tunnel: &Tunnel) -> &str {
    tunnel
        .metadata
        .annotations
        .as_ref()
        .and_then(|annotations| annotations.get(ROTATE_ANNOTATION))
        .map(String::as_str)
        .unwrap_or_default()
}

/// The Secret after the step; nothing where it stays as it is, or no candidate could be made.
pub(super) fn desired(
    tunnel: &Tunnel,
    key: &Key,
    held: Option<&Held>,
    candidate: Option<&TunnelSecret>,
    step: Step,
) -> Option<Desired> {
    let make = |current: &TunnelSecret, next: Option<&TunnelSecret>, rotated: &str| {
        object(tunnel, key.clone(), current, next, rotated)
    };
    match (step, held) {
        // What two replicas make at one time must not replace each other.
        (Step::Make, _) => Some(make(candidate?, None, asked_for(tunnel)).once()),
        (Step::Begin, Some(held)) => Some(make(&held.current, Some(candidate?), &held.rotated)),
        (Step::Finish, Some(held)) => Some(make(held.next.as_ref()?, None, asked_for(tunnel))),
        _ => None,
    }
}

fn object(
    tunnel: &Tunnel,
    key: Key,
    current: &TunnelSecret,
    next: Option<&TunnelSecret>,
    rotated: &str,
) -> Desired {
    let encoded = |secret: &TunnelSecret| STANDARD.encode(secret.expose());
    let mut data = BTreeMap::from([(CURRENT, encoded(current))]);
    if let Some(next) = next {
        data.insert(NEXT, encoded(next));
    }
    let labels = names::labels(&Key::of(&tunnel.metadata), &key.name);
    let annotations = BTreeMap::from([(ROTATED_ANNOTATION.to_owned(), rotated.to_owned())]);
    let body = Map::from_iter([
        ("type".to_owned(), json!("Opaque")),
        ("data".to_owned(), json!(data)),
    ]);
    let owner = tunnel.metadata.uid.as_deref().unwrap_or_default();
    Desired::unowned(Kind::Secret, key, owner, &labels, &annotations, body)
}
