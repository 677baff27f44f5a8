//! Tokens of a forge's app (GitHub: <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app>).

use std::time::Duration;

use serde::Deserialize;

use crate::context::Context;
use crate::error::Result;

/// How long a token is used: GitHub's expire after an hour.
const KEPT: Duration = Duration::from_mins(50);

#[derive(Deserialize)]
struct Issued {
    token: String,
}

/// The value for the header `Authorization` with a token of an installation of the app: one that an earlier call kept, or one that
/// the forge issues for a POST to this URL. The credential is the app's private key
/// ([`Credential::signed_token`](crate::Credential::signed_token)), and the issuer is the app's identifier.
///
/// # Errors
/// Those of [`Context::token_authorization`] and of the forge.
pub fn app_token<C>(ctx: &Context<C>, credential: &str, issuer: &str, url: &str) -> Result<String> {
    let key = format!("app-token {credential} {url}");
    let kept = ctx
        .recall(&key)
        .and_then(|token| String::from_utf8(token).ok());
    if let Some(token) = kept {
        return Ok(format!("Bearer {token}"));
    }
    let signed = ctx.token_authorization(credential, issuer, None)?;
    let http = ctx.http().with_header("Authorization", &signed)?;
    let answer: Issued = http.post(url).send()?.success()?.json()?;
    ctx.keep_secret(&key, answer.token.as_bytes(), KEPT);
    Ok(format!("Bearer {}", answer.token))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::app_token;
    use crate::mock::{Mock, Reply};

    #[test]
    fn a_token_is_asked_for_once_and_kept_for_later_calls() {
        let url = "https://api.git.test/app/installations/7/access_tokens";
        let mock = Mock::new().on("POST", url, Reply::json(201, &json!({"token": "t1"})));
        for _ in 0..2 {
            let ctx = mock.context(());
            assert_eq!(
                app_token(&ctx, "app-key", "42", url),
                Ok("Bearer t1".to_owned())
            );
        }
        mock.assert_done();
        let sent = &mock.requests()[0].headers["authorization"];
        assert_eq!(
            sent,
            "<token of 42 signed with <credential app-key>, key none>"
        );
    }
}
