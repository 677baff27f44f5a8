//! The service account's token.

use maquette_sdk::{Context, Result, jwt};
use serde::Serialize;

use crate::config::{Config, KEY};

/// How long a token is good for, in seconds. One serves one call; Google takes at most an hour.
const LIFETIME: u64 = 600;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

/// A token that the account's own key signs ("Self-signed JWT", <https://google.aip.dev/auth/4111>): it takes no request
/// to Google's token endpoint. The host signs; the plugin never sees the key.
///
/// # Errors
/// The credential is missing or is no key.
pub(crate) fn token(ctx: &Context<Config>) -> Result<String> {
    let config = &ctx.config;
    let now = ctx.wall_clock().as_secs();
    let claims = Claims {
        iss: &config.service_account,
        sub: &config.service_account,
        aud: &config.audience,
        iat: now,
        exp: now + LIFETIME,
    };
    jwt::rs256(ctx, KEY, Some(&config.private_key_id), &claims)
}
