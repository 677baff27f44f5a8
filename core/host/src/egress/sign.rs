//! Signatures of requests that leave: made last, over what is really sent, by the host's own clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, HeaderValue, Request, header};
use maquette_signing::{Claims, aws, rsa_key, token};
use wasmtime_wasi_http::{Error, WasiBody};

use super::{
    Held, Policy,
    body::{full, whole},
};
use crate::{manifest::Placement, names::Origin};

/// The largest body that is signed, bytes: it is held as a whole.
const BODY_BYTES: usize = 1 << 20;
const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// What a plugin says of a signature. The rest comes from the manifest and the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signer {
    /// AWS Signature Version 4.
    Aws {
        access_key_id: String,
        region: String,
    },
    /// A token.
    Token {
        issuer: String,
        key_id: Option<String>,
    },
}

impl Signer {
    /// Whether a credential with this placement signs this way.
    pub(super) fn fits(&self, placement: &Placement) -> bool {
        matches!(
            (self, placement),
            (Self::Aws { .. }, Placement::AwsSigv4 { .. })
                | (Self::Token { .. }, Placement::SignedToken { .. })
        )
    }
}

/// A signature that a request needs before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signing {
    /// Index into the policy's credentials.
    pub(super) credential: usize,
    pub(super) signer: Signer,
}

/// Signs a judged request.
pub(super) async fn sign(
    signing: &Signing,
    policy: &Policy,
    origin: &Origin,
    request: Request<WasiBody>,
) -> Result<Request<WasiBody>, Error> {
    let failed = |text: &str| Error::InternalError(Some(text.to_owned()));
    let held = policy.credentials.get(signing.credential);
    let held = held.ok_or_else(|| failed("the credential is gone"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_err(|_| failed("the clock is before 1970"))?;
    let (mut parts, body) = request.into_parts();
    let (authorization, body) = match (&signing.signer, &held.placement) {
        (
            Signer::Aws {
                access_key_id,
                region,
            },
            Placement::AwsSigv4 { service },
        ) => {
            let whole = whole(body, BODY_BYTES).await?;
            let signer = aws::Signer {
                access_key_id,
                secret: held.secret.bytes(),
                region,
                service,
            };
            let host = origin.authority();
            let headers = signer.sign(
                now,
                &parts.method,
                &parts.uri,
                &host,
                &parts.headers,
                &whole,
            );
            parts.headers.insert(AMZ_DATE, value(&headers.date)?);
            (headers.authorization, full(whole))
        }
        (Signer::Token { issuer, key_id }, Placement::SignedToken { scope, .. }) => {
            let token = bearer(held, issuer, key_id.as_deref(), scope.as_deref(), now);
            (token.map_err(failed)?, body)
        }
        _ => return Err(failed("the credential signs in another way")),
    };
    parts
        .headers
        .insert(header::AUTHORIZATION, value(&authorization)?);
    Ok(Request::from_parts(parts, body))
}

fn bearer(
    held: &Held,
    issuer: &str,
    key_id: Option<&str>,
    scope: Option<&str>,
    now: Duration,
) -> Result<String, &'static str> {
    let claims = Claims {
        issuer,
        audience: held.audience.as_deref(),
        scope,
    };
    let token = token(&rsa_key(held.secret.bytes())?, key_id, claims, now)?;
    Ok(format!("Bearer {token}"))
}

fn value(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Error::HttpRequestDenied)?;
    value.set_sensitive(true);
    Ok(value)
}
